package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.CoroutineSubject;
import io.tourbillon.bench.subject.SleepPlan;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SleepersTest {
  private static final int COROUTINES = 100;
  private static final int TOTAL_MILLIS = 8;

  @ParameterizedTest
  @EnumSource
  void run_twice_reportsEachRound(CoroutineKind kind) throws InterruptedException {
    Sleepers sleepers = new Sleepers(COROUTINES, TOTAL_MILLIS);
    try (CoroutineSubject subject = kind.open()) {
      for (int round = 0; round < 2; round++) {
        sleepers.run(subject);
        assertTrue(sleepers.cpuNanosPerSleep() >= 0);
        assertTrue(sleepers.lateness().at(0) >= 0);
      }
    }
  }

  @Test
  void new_delays_areAboutAQuarterOfTheTotal() throws InterruptedException {
    long[] shares = new long[2];
    run(
        plan -> {
          for (int coroutine = 0; coroutine < plan.coroutines(); coroutine++) {
            for (int sleep = 0; sleep < plan.sleeps(); sleep++) {
              long delayNanos = plan.delayNanos(coroutine, sleep);
              shares[delayNanos < TimeUnit.MILLISECONDS.toNanos(2) ? 0 : 1]++;
              assertTrue(delayNanos >= TimeUnit.MILLISECONDS.toNanos(1));
              assertTrue(delayNanos < TimeUnit.MILLISECONDS.toNanos(3));
              plan.record(coroutine, sleep, 0, delayNanos);
            }
          }
        });
    assertEquals(COROUTINES * Sleepers.SLEEPS, shares[0] + shares[1]);
    assertTrue(shares[0] > 150 && shares[1] > 150, shares[0] + " and " + shares[1]);
  }

  @Test
  void run_subjectThatLeavesASleepOut_isRefused() {
    Exception refusal =
        assertThrows(
            IllegalStateException.class, () -> run(plan -> record(plan, plan.coroutines() - 1, 0)));
    assertEquals("a coroutine must sleep 4 times: 99 did not", refusal.getMessage());
  }

  @Test
  void run_subjectThatIsEarly_isRefused() {
    Exception refusal =
        assertThrows(
            IllegalStateException.class, () -> run(plan -> record(plan, plan.coroutines(), 1)));
    assertEquals("a sleep must not be early: by 1 ns", refusal.getMessage());
  }

  private static void record(SleepPlan plan, int coroutines, int earlyNanos) {
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      for (int sleep = 0; sleep < plan.sleeps(); sleep++) {
        plan.record(coroutine, sleep, earlyNanos, plan.delayNanos(coroutine, sleep));
      }
    }
  }

  private static void run(Sleeper sleeper) throws InterruptedException {
    new Sleepers(COROUTINES, TOTAL_MILLIS).run(sleeper);
  }

  /** A coroutine system that can do nothing else. */
  @FunctionalInterface
  private interface Sleeper extends CoroutineSubject {
    @Override
    void sleep(SleepPlan plan);

    @Override
    default void park(int coroutines, Duration nap, Runnable woke) {}

    @Override
    default void spawn(int coroutines, IntConsumer body) {}

    @Override
    default void takeTurns(int coroutines, int turns, IntConsumer body) {}

    @Override
    default void close() {}
  }
}
