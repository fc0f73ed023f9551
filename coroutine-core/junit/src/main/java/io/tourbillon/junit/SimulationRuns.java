package io.tourbillon.junit;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The runs of a {@link SimulationTest}, until one has failed. */
final class SimulationRuns {
  private SimulationRuns() {}

  static Stream<TestTemplateInvocationContext> of(ExtensionContext context) {
    int runs =
        AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), SimulationTest.class)
            .orElseThrow()
            .runs();
    if (runs < 1) {
      throw new ExtensionConfigurationException(
          "runs of @SimulationTest must be at least 1: " + runs + " at " + context.getElement());
    }
    long first = Seeds.first(context);
    AtomicBoolean failed = new AtomicBoolean();
    // JUnit takes the next one when it has executed the last, unless it executes in parallel.
    return IntStream.rangeClosed(1, runs)
        .takeWhile(_ -> !failed.get())
        .mapToObj(run -> new SeededRun(first + run - 1, run, runs, failed));
  }
}
