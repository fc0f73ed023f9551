package io.tourbillon.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.EventType;

/**
 * A test class run by JUnit inside of a test. The classes that are run have names without Test and
 * are members of the class that runs them.
 *
 * @param failures of tests and of containers, by their display names
 * @param succeeded how many tests
 * @param entries what was published to the report
 */
record Trial(
    Map<String, Throwable> failures,
    long succeeded,
    long aborted,
    long skipped,
    List<Map<String, String>> entries) {

  static Trial of(Class<?> testClass, String... parameters) {
    EngineTestKit.Builder kit =
        EngineTestKit.engine("junit-jupiter").selectors(selectClass(testClass));
    for (int i = 0; i < parameters.length; i += 2) {
      kit.configurationParameter(parameters[i], parameters[i + 1]);
    }
    EngineExecutionResults results = kit.execute();
    Map<String, Throwable> failures = new LinkedHashMap<>();
    List<Map<String, String>> entries = new ArrayList<>();
    for (Event event : results.allEvents().list()) {
      if (event.getType() == EventType.FINISHED) {
        TestExecutionResult result = event.getRequiredPayload(TestExecutionResult.class);
        if (result.getStatus() == TestExecutionResult.Status.FAILED) {
          failures.put(
              event.getTestDescriptor().getDisplayName(), result.getThrowable().orElseThrow());
        }
      } else if (event.getType() == EventType.REPORTING_ENTRY_PUBLISHED) {
        entries.add(
            event
                .getRequiredPayload(org.junit.platform.engine.reporting.ReportEntry.class)
                .getKeyValuePairs());
      }
    }
    return new Trial(
        failures,
        results.testEvents().succeeded().count(),
        results.testEvents().aborted().count(),
        results.testEvents().skipped().count(),
        entries);
  }

  /** Nothing has failed. */
  void requirePassed(int tests) {
    assertEquals(Map.of(), failures);
    assertEquals(tests, succeeded);
  }

  /** Returns the only failure. */
  Throwable onlyFailure() {
    assertEquals(1, failures.size(), failures::toString);
    return failures.values().iterator().next();
  }

  Throwable failureOf(String test) {
    return failures.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(test))
        .findFirst()
        .orElseThrow(() -> new AssertionError(test + " must fail: " + failures))
        .getValue();
  }
}
