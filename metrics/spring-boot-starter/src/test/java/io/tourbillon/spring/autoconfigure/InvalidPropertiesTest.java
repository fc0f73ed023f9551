package io.tourbillon.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/** A value that breaks a rule fails the start, with the property, the value and the rule. */
@Timeout(60)
class InvalidPropertiesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tourbillon.timers.tick             | 1us  | tick must be at least
          tourbillon.timers.spin             | 2ms  | spin must be at most
          tourbillon.timers.max-pending      | 0    | maxPending must be at least 1
          tourbillon.timers.watchdog         | 1us  | watchdog bound must be at least
          tourbillon.timers.pause-threshold  | 0    | pauseThreshold must be more than zero
          tourbillon.timers.close-grace      | -1s  | grace must not be negative
          tourbillon.coroutines.loops        | 0    | 1024
          tourbillon.coroutines.tick         | 2h   | tick must be from
          tourbillon.coroutines.watchdog     | 2d   | watchdog
          tourbillon.coroutines.budget       | -1ms | budget
          tourbillon.coroutines.blocking-threads | 0 | least 1
          tourbillon.coroutines.close-grace  | -1s  | grace
          tourbillon.scheduling.concurrency-limit | 0 | concurrencyLimit must be at least 1
          tourbillon.scheduling.tick         | 1us  | tick must be at least
          tourbillon.scheduling.watchdog     | 1us  | watchdog bound must be at least
          tourbillon.scheduling.close-grace  | -1s  | closeGrace must not be negative
          tourbillon.health.stall-limit      | 0s   | stallLimit must be more than zero
          """)
  void value_outOfRange_isReportedWithItsRule(String property, String value, String rule) {
    AutoConfigurationTest.runner()
        .withPropertyValues("tourbillon.scheduling.enabled=true", property + "=" + value)
        .run(context -> assertReported(context.getStartupFailure(), property, rule));
  }

  @ParameterizedTest
  @CsvSource({"virtual", "platform"})
  void limitOfThreads_outOfRange_isReportedWithItsRule(String threads) {
    AutoConfigurationTest.runner()
        .withPropertyValues(
            "tourbillon.timers.threads=" + threads, "tourbillon.timers.concurrency-limit=-2")
        .run(
            context ->
                assertReported(
                    context.getStartupFailure(),
                    "tourbillon.timers.concurrency-limit",
                    "concurrencyLimit must be at least 1"));
  }

  @ParameterizedTest
  @CsvSource({
    "priority, tourbillon.coroutines.priority-step",
    "earliest-deadline, tourbillon.coroutines.deadline-horizon"
  })
  void parameterOfAPolicy_outOfRange_isReportedWithItsRule(String policy, String property) {
    AutoConfigurationTest.runner()
        .withPropertyValues("tourbillon.coroutines.policy=" + policy, property + "=0")
        .run(context -> assertReported(context.getStartupFailure(), property, "must be positive"));
  }

  private static void assertReported(Throwable failure, String property, String rule) {
    assertThat(failure).isNotNull();
    Throwable root = failure;
    while (!(root instanceof InvalidConfigurationPropertyValueException)
        && root.getCause() != null) {
      root = root.getCause();
    }
    assertThat(root).isInstanceOf(InvalidConfigurationPropertyValueException.class);
    InvalidConfigurationPropertyValueException invalid =
        (InvalidConfigurationPropertyValueException) root;
    assertThat(invalid.getName()).isEqualTo(property);
    assertThat(invalid.getReason()).contains(rule).endsWith(".");
  }
}
