package io.tourbillon.metrics;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Map;
import java.util.stream.Collectors;

/** Which classes of this module may depend on which others. */
@AnalyzeClasses(
    packages = "io.tourbillon.metrics",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule binders_needNeitherPrometheusNorAServer =
      noClasses()
          .that()
          .resideInAPackage("io.tourbillon.metrics")
          .and()
          .haveNameNotMatching(".*\\.(PrometheusHistogram|MetricsServer)(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.micrometer.prometheusmetrics..",
              "io.prometheus..",
              "org.eclipse.jetty..",
              "io.tourbillon.metrics.server..");

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
  static final ArchRule internals_areInNoPublicSignature =
      noMethods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat(
              modifier(JavaModifier.PUBLIC)
                  .<JavaClass>forSubtype()
                  .and(resideInAPackage("io.tourbillon.metrics")))
          .should()
          .haveRawReturnType(resideInAnyPackage("..internal..", "..server.."))
          .orShould()
          .haveRawParameterTypes(anyElementThat(resideInAnyPackage("..internal..", "..server..")));

  @ArchTest
  static final ArchRule module_knowsTheJdkAndWhatItDeclares =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tourbillon.metrics..",
              "io.tourbillon.coroutine",
              "io.tourbillon.timer",
              "io.tourbillon.timer.durable",
              "java..",
              "org.jspecify.annotations..",
              "io.micrometer..",
              "io.prometheus..",
              "org.eclipse.jetty..");
}
