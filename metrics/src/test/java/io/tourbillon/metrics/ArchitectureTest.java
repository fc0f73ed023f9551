package io.tourbillon.metrics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

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
              "tools.jackson..",
              "io.tourbillon.metrics.server..");

  @ArchTest
  static final ArchRule module_knowsTheJdkAndWhatItDeclares =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tourbillon.metrics..",
              "io.tourbillon.coroutine",
              "io.tourbillon.timer",
              "java..",
              "org.jspecify.annotations..",
              "io.micrometer..",
              "io.prometheus..",
              "org.eclipse.jetty..",
              "tools.jackson..");
}
