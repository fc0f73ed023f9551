package io.tourbillon.coroutine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know of whom in this module. */
@AnalyzeClasses(
    packages = "io.tourbillon.coroutine",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String CORE = "io.tourbillon.coroutine";
  private static final String NETTY_ADAPTER = "io.tourbillon.coroutine.netty..";

  @ArchTest
  static final ArchRule engines_areKnownToNobodyAboveTheSeam =
      noClasses()
          .that()
          .haveSimpleNameNotStartingWith("VirtualThread")
          .and()
          .haveSimpleNameNotStartingWith("Continuation")
          .and()
          .haveSimpleNameNotStartingWith("Handoff")
          .and()
          .haveNameNotMatching("io\\.tourbillon\\.coroutine\\.Engine(\\$\\d+)?")
          .and()
          .doNotHaveSimpleName("CurrentLoop")
          .should()
          .dependOnClassesThat()
          .haveNameMatching("io\\.tourbillon\\.coroutine\\.(VirtualThread|Continuation|Handoff).*");

  @ArchTest
  static final ArchRule continuations_areKnownToTheirStrandAlone =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.ContinuationStrand(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jdk.internal..");

  @ArchTest
  static final ArchRule netty_isKnownToItsAdapterAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage(NETTY_ADAPTER)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", NETTY_ADAPTER);

  /** What is built on the core has no more of it than users have, as it has packages of its own. */
  @ArchTest
  static final ArchRule core_knowsNothingOfWhatIsBuiltOnIt =
      noClasses()
          .that()
          .resideInAPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CORE + ".(*)..");

  @ArchTest
  static final ArchRule channels_knowNothingOfGeneratorsAndBridges =
      noClasses()
          .that()
          .resideInAPackage(CORE + ".channel")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CORE + ".generator", CORE + ".bridge");

  @ArchTest
  static final ArchRule generators_needTheCoreAlone =
      noClasses()
          .that()
          .resideInAPackage(CORE + ".generator")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(CORE + ".channel", CORE + ".bridge");

  @ArchTest
  static final ArchRule signals_areKnownToTheirAdapterAlone =
      noClasses()
          .that()
          .haveNameNotMatching(".*\\.bridge\\.OsSignals(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("sun..");

  @ArchTest
  static final ArchRule module_knowsTheJdkAndWhatItDeclares =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tourbillon.coroutine..",
              "io.tourbillon.timer..",
              "java..",
              "jdk.internal.vm..",
              "jdk.jfr..",
              "sun.misc..",
              "org.jspecify.annotations..",
              "org.HdrHistogram..",
              "org.jctools..",
              "io.netty..");
}
