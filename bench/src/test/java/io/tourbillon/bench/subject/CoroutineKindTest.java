package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.work.Rollcall;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each subject does what the benchmarks say it does. Real time: the peers know no other. */
@Timeout(60)
class CoroutineKindTest {
  private static final int COROUTINES = 10_000;

  private static final int TURNS = 10_000;

  @ParameterizedTest
  @EnumSource
  void sleep_everyRow_isSleptAndNoneIsEarly(CoroutineKind kind) throws InterruptedException {
    long[] delayNanos = new long[COROUTINES];
    Arrays.setAll(delayNanos, element -> 1 + element % 7 * 300_000L);
    SleepPlan plan = new SleepPlan(delayNanos, 4);
    try (CoroutineSubject subject = kind.open()) {
      subject.sleep(plan);
      plan.requireAllSlept();
    }
  }

  /** They sleep at the same time. */
  @ParameterizedTest
  @EnumSource
  void sleep_many_takesAsLongAsOne(CoroutineKind kind) throws InterruptedException {
    long[] delayNanos = new long[COROUTINES];
    Arrays.fill(delayNanos, TimeUnit.MILLISECONDS.toNanos(100));
    long startNanos = System.nanoTime();
    try (CoroutineSubject subject = kind.open()) {
      subject.sleep(new SleepPlan(delayNanos, 1));
    }
    assertTrue(System.nanoTime() - startNanos < TimeUnit.SECONDS.toNanos(30));
  }

  @ParameterizedTest
  @EnumSource
  void park_longNap_returnsWhileTheySleep(CoroutineKind kind) throws InterruptedException {
    try (CoroutineSubject subject = kind.open()) {
      AtomicInteger woken = new AtomicInteger();
      subject.park(COROUTINES, Duration.ofHours(1), woken::incrementAndGet);
      assertEquals(0, woken.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void park_shortNap_wakesEachOnce(CoroutineKind kind) throws InterruptedException {
    try (CoroutineSubject subject = kind.open()) {
      CountDownLatch woken = new CountDownLatch(COROUTINES);
      subject.park(COROUTINES, Duration.ofMillis(1), woken::countDown);
      assertTrue(woken.await(30, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @EnumSource
  void spawn_many_runsEachOnceAndReturnsThen(CoroutineKind kind) throws InterruptedException {
    try (CoroutineSubject subject = kind.open()) {
      Rollcall rollcall = new Rollcall(COROUTINES);
      subject.spawn(COROUTINES, rollcall);
      rollcall.requireEach(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void takeTurns_some_takeThemAll(CoroutineKind kind) throws InterruptedException {
    try (CoroutineSubject subject = kind.open()) {
      Rollcall rollcall = new Rollcall(100);
      subject.takeTurns(100, TURNS, rollcall);
      rollcall.requireEach(TURNS);
    }
  }

  @Test
  void rollcall_ofOneThatWasAbsent_isRefused() {
    Rollcall rollcall = new Rollcall(3);
    rollcall.accept(0);
    rollcall.accept(2);
    Exception refusal = assertThrows(IllegalStateException.class, () -> rollcall.requireEach(1));
    assertEquals("a coroutine must run 1 times: number 1 did 0", refusal.getMessage());
  }
}
