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
              "org.jspecify.annotations..",
              "org.HdrHistogram..",
              "org.jctools..",
              "io.netty..");
}
