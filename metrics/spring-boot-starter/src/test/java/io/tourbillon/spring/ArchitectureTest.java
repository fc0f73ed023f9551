package io.tourbillon.spring;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.stream.Collectors;

/** Which classes of this module may depend on which others. */
@AnalyzeClasses(
    packages = "io.tourbillon.spring",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("io.tourbillon.(**)").should().beFreeOfCycles();

  /** A reader cannot keep track of more than thirty types in a package. */
  @ArchTest
  static void packages_haveThirtyTypesAtMost(JavaClasses classes) {
    Map<String, Long> counts =
        classes.stream()
            .filter(each -> !each.getName().contains("$"))
            .filter(each -> !each.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    counts.values().removeIf(count -> count <= 30);
    assertEquals(Map.of(), counts);
  }

  @ArchTest
  static final ArchRule actuator_isKnownToItsPackageAndItsConfigurationsAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tourbillon.spring.actuate")
          .and()
          .haveNameNotMatching(".*\\.(Metrics|Health|Endpoint)AutoConfiguration(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.springframework.boot.actuate..",
              "org.springframework.boot.health..",
              "org.springframework.boot.micrometer..");

  @ArchTest
  static final ArchRule module_usesThePublicPackagesOfOurs_andTheHealthOfMetrics =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tourbillon.spring..",
              "io.tourbillon.metrics",
              "io.tourbillon.metrics.internal.health",
              "io.tourbillon.coroutine",
              "io.tourbillon.timer",
              "io.tourbillon.timer.durable",
              "java..",
              "org.jspecify.annotations..",
              "io.micrometer.core..",
              "org.springframework..");
}
