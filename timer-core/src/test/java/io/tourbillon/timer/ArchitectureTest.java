package io.tourbillon.timer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** Who may know of whom in this module. */
@AnalyzeClasses(
    packages = "io.tourbillon.timer",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String WHEEL = "io.tourbillon.timer.wheel..";
  private static final String NETTY_ADAPTER = "io.tourbillon.timer.netty..";

  @ArchTest
  static final ArchRule wheel_dependsOnNothingElseOfOurs =
      noClasses()
          .that()
          .resideInAPackage(WHEEL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.tourbillon.timer", NETTY_ADAPTER);

  @ArchTest
  static final ArchRule wheel_usesNoClockThreadOrLock =
      noClasses()
          .that()
          .resideInAPackage(WHEEL)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.concurrent..", "java.time..")
          .orShould()
          .dependOnClassesThat()
          .belongToAnyOf(Thread.class)
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis");

  @ArchTest
  static final ArchRule wheel_hasNoVolatileState =
      noFields()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage(WHEEL)
          .should()
          .haveModifier(JavaModifier.VOLATILE);

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
              "io.tourbillon.timer..",
              "java..",
              "jdk.jfr..",
              "org.jspecify.annotations..",
              "org.HdrHistogram..",
              "io.netty..");

  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().assignedFrom(new ByPackage()).should().beFreeOfCycles();

  /** Each package is a slice. */
  private static final class ByPackage implements SliceAssignment {
    @Override
    public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
      String name = javaClass.getPackageName();
      return name.startsWith("io.tourbillon") ? SliceIdentifier.of(name) : SliceIdentifier.ignore();
    }

    @Override
    public String getDescription() {
      return "packages";
    }
  }
}
