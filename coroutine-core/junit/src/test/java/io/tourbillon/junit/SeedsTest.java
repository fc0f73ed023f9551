package io.tourbillon.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.testkit.Simulation;
import io.tourbillon.coroutine.testkit.SimulationFailure;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeedsTest {
  private static final Pattern SEED = Pattern.compile("-Dtourbillon\\.seed=(0x[0-9A-F]+L)");

  /** The orders that trials have seen, as texts. */
  private static final List<String> ORDERS = new ArrayList<>();

  @BeforeEach
  void forget() {
    ORDERS.clear();
  }

  private static String seedIn(Throwable failure) {
    for (Throwable suppressed : failure.getSuppressed()) {
      MatchResult found = SEED.matcher(suppressed.toString()).results().findFirst().orElse(null);
      if (found != null) {
        assertTrue(
            suppressed.toString().contains("@SimulationSeed(" + found.group(1) + ")"),
            suppressed::toString);
        return found.group(1);
      }
    }
    throw new AssertionError("the failure must name its seed", failure);
  }

  /** The order in which twelve coroutines get their turns. */
  private static void notes(CoroutineScheduler scheduler) {
    StringBuilder order = new StringBuilder(); // One loop, so one at a time.
    var all =
        IntStream.range(0, 12)
            .mapToObj(
                number ->
                    scheduler.spawn(
                        () -> {
                          Coroutines.yieldNow();
                          order.append(number).append(' ');
                        }))
            .toList();
    all.forEach(each -> each.join());
    ORDERS.add(order.toString());
  }

  // Tests with parameters.

  @ExtendWith(TourbillonExtension.class)
  static class Failing {
    @RepeatedTest(3)
    void test(Simulation simulation) throws Exception {
      simulation.run(
          () -> {
            List<Integer> order = new ArrayList<>();
            try (CoroutineScope scope = CoroutineScope.open()) {
              for (int n = 0; n < 12; n++) {
                int number = n;
                scope.spawn(() -> order.add(number));
              }
              scope.join();
            }
            ORDERS.add(order.toString());
          });
      throw new AssertionError("of the test");
    }
  }

  @Test
  void failure_namesTheSeed_whichRepeatsTheOrder() {
    Trial trial = Trial.of(Failing.class);
    assertEquals(3, trial.failures().size());
    Throwable failure = trial.failureOf("repetition 2");
    assertEquals("of the test", failure.getMessage());
    assertEquals(3, new HashSet<>(ORDERS).size(), "each has an order of its own");
    String second = ORDERS.get(1);
    assertTrue(
        trial.entries().contains(Map.of("tourbillon.seed", seedIn(failure))),
        trial.entries()::toString);

    Trial _ = Trial.of(Failing.class, TourbillonExtension.SEED_PARAMETER, seedIn(failure));
    assertEquals(List.of(second, second, second), ORDERS.subList(3, 6));
  }

  @ExtendWith(TourbillonExtension.class)
  @SimulationSeed(42)
  static class Annotated {
    @RepeatedTest(2)
    void ofClass(CoroutineScheduler scheduler) {
      notes(scheduler);
      throw new AssertionError("of the test");
    }

    @Test
    @SimulationSeed(-1)
    void ofMethod(CoroutineScheduler scheduler) {
      notes(scheduler);
      throw new AssertionError("of the test");
    }
  }

  @Test
  void annotation_setsTheSeed() {
    Trial trial = Trial.of(Annotated.class, TourbillonExtension.SEED_PARAMETER, "7");
    assertEquals("0x2AL", seedIn(trial.failureOf("repetition 1")));
    assertEquals("0x2AL", seedIn(trial.failureOf("repetition 2")));
    assertEquals("0xFFFFFFFFFFFFFFFFL", seedIn(trial.failureOf("ofMethod")));
  }

  @ExtendWith(TourbillonExtension.class)
  static class Leaking {
    @Test
    void test(CoroutineScheduler scheduler) {
      scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    }

    @Test
    void withoutSeed(TimerService timers) {
      timers.schedule(Duration.ofHours(1), () -> {});
    }
  }

  @Test
  void leak_namesTheSeed_ifThereIsOne() {
    Trial trial = Trial.of(Leaking.class, TourbillonExtension.SEED_PARAMETER, "42");
    assertEquals("0x2AL", seedIn(trial.failureOf("test(")));
    assertEquals(0, trial.failureOf("withoutSeed(").getSuppressed().length);
  }

  @ParameterizedTest
  @CsvSource({
    "42, 42",
    "-1, -1",
    "0x2a, 42",
    "0x2AL, 42",
    "' 42L ', 42",
    "0xFFFFFFFFFFFFFFFFL, -1",
    "9223372036854775807, 9223372036854775807"
  })
  void seed_isParsedAsMessagesHaveIt(String text, long seed) {
    assertEquals(seed, Seeds.parse(text));
    assertEquals(seed, Seeds.parse(Seeds.text(seed)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "0x", "0x1FFFFFFFFFFFFFFFF", "9223372036854775808", "1.5"})
  void seed_thatIsNone_isRefused(String text) {
    ExtensionConfigurationException refusal =
        assertThrows(ExtensionConfigurationException.class, () -> Seeds.parse(text));
    assertEquals(
        "tourbillon.seed must be a decimal number or 0x and a hexadecimal one, of 64 bits: " + text,
        refusal.getMessage());
  }

  // Tests in simulations.

  static class LostUpdate {
    private int balance;

    @SimulationTest(runs = 1000)
    void test() {
      ORDERS.add("run");
      assertEquals(0, balance, "each run has an instance of its own");
      CoroutineScope.gather(List.of(() -> add(10), () -> add(20)));
      assertEquals(30, balance);
    }

    private int add(int amount) {
      int before = balance;
      if (Coroutines.current().name().isEmpty()) {
        throw new AssertionError("not a coroutine");
      }
      Coroutines.yieldNow();
      balance = before + amount;
      return balance;
    }
  }

  @Test
  void simulationTest_stopsAtTheFirstFailure_whoseSeedRepeatsIt() {
    Trial trial = Trial.of(LostUpdate.class);
    Throwable failure = trial.onlyFailure();
    assertTrue(failure.getMessage().contains("expected: <30>"), failure::getMessage);
    int runs = ORDERS.size();
    assertEquals(runs - 1, trial.succeeded());
    assertTrue(runs < 1000, "no run comes after the first failure");

    Throwable again =
        Trial.of(LostUpdate.class, TourbillonExtension.SEED_PARAMETER, seedIn(failure))
            .failureOf("run 1 of 1000, seed " + seedIn(failure));
    assertEquals(failure.getMessage(), again.getMessage());
    assertEquals(runs + 1, ORDERS.size());
  }

  static class Right {
    private final Channel<Integer> numbers = Channel.buffered(1);

    @SimulationTest(runs = 25)
    @SimulationSeed(100)
    void test() {
      ORDERS.add(String.valueOf(Coroutines.current().name()));
      Coroutines.delay(Duration.ofDays(1));
      assertEquals(Duration.ofDays(1), Simulation.elapsed());
      CoroutineScope.gather(
          List.of(
              () -> {
                numbers.send(1);
                return 0;
              },
              numbers::receive));
    }
  }

  @Test
  void simulationTest_thatPasses_runsInVirtualTimeAsOftenAsItSays() {
    Trial.of(Right.class).requirePassed(25);
    assertEquals(25, ORDERS.size());
  }

  @Test
  void simulationTest_runsOnEveryEngine() {
    for (String engine : List.of("VIRTUAL_THREAD", "CONTINUATION", "HANDOFF")) {
      Trial.of(Right.class, TourbillonExtension.ENGINE_PARAMETER, engine).requirePassed(25);
    }
  }

  static class Ends {
    @SimulationTest(runs = 3)
    void deadlock() {
      Channel.<Integer>rendezvous().receive();
    }

    @SimulationTest(runs = 3)
    void leftover() {
      Coroutines.scheduler().spawn(() -> Coroutines.delay(Duration.ofDays(1)));
    }

    @SimulationTest(runs = 3)
    void openService() {
      LeftOpen.service = TimerService.create();
    }

    @SimulationTest(runs = 3)
    void aborted() {
      assumeTrue(false);
    }
  }

  private static final class LeftOpen {
    static TimerService service;
  }

  @Test
  void simulationTest_failsForWhatItLeaves() {
    Trial trial = Trial.of(Ends.class);
    try {
      assertEquals(3, trial.aborted());
      List<Throwable> failures = List.copyOf(trial.failures().values());
      assertTrue(
          failures.stream()
              .anyMatch(
                  failure ->
                      failure instanceof SimulationFailure known
                          && known.reason() == SimulationFailure.Reason.DEADLOCK),
          failures::toString);
      assertTrue(
          failures.stream().anyMatch(failure -> failure instanceof LeakError), failures::toString);
      assertTrue(
          failures.stream()
              .anyMatch(
                  failure ->
                      failure instanceof SimulationFailure known
                          && known.reason() == SimulationFailure.Reason.LEFTOVERS),
          failures::toString);
    } finally {
      LeftOpen.service.close();
    }
  }

  static class NoRuns {
    @SimulationTest(runs = 0)
    void test() {}
  }

  @Test
  void simulationTest_withoutRuns_isRefused() {
    Throwable failure = Trial.of(NoRuns.class).onlyFailure();
    assertInstanceOf(ExtensionConfigurationException.class, failure);
    assertTrue(
        failure.getMessage().startsWith("runs of @SimulationTest must be at least 1: 0"),
        failure::getMessage);
  }

  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    @SimulationTest(runs = 200)
    void test() {
      Coroutines.delay(Duration.ofDays(1));
      throw new IllegalStateException("in each run");
    }
  }

  @Test
  void simulationTest_inParallel_skipsWhatFollowsAFailure() {
    Trial trial =
        Trial.of(
            Parallel.class,
            "junit.jupiter.execution.parallel.enabled",
            "true",
            "junit.jupiter.execution.parallel.config.strategy",
            "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism",
            "2");
    assertTrue(trial.failures().size() < 100, () -> "failures: " + trial.failures().size());
    trial.failures().values().forEach(SeedsTest::seedIn);
  }
}
