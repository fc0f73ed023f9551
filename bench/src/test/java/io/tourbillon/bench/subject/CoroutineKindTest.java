package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each subject does what the benchmarks say it does. Real time: the peers know no other. */
@Timeout(60)
class CoroutineKindTest {
  private static final int COROUTINES = 10_000;

  /** A coroutine is an object at least. */
  private static final int LEAST_COROUTINE_BYTES = 16;

  private static final int TURNS = 10_000;

  /** What no processor can do in less. */
  private static final int LEAST_SWITCH_NANOS = 2;

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

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
      long bytesBefore = THREADS.getTotalThreadAllocatedBytes();
      subject.park(COROUTINES, Duration.ofHours(1));
      requireCoroutines(COROUTINES, bytesBefore);
    }
  }

  @ParameterizedTest
  @EnumSource
  void spawn_many_makesThemAndReturns(CoroutineKind kind) throws InterruptedException {
    try (CoroutineSubject subject = kind.open()) {
      long bytesBefore = THREADS.getTotalThreadAllocatedBytes();
      subject.spawn(COROUTINES);
      requireCoroutines(COROUTINES, bytesBefore);
    }
  }

  @ParameterizedTest
  @EnumSource
  void takeTurns_some_takeThemAll(CoroutineKind kind) throws InterruptedException {
    try (CoroutineSubject subject = kind.open()) {
      long startNanos = System.nanoTime();
      subject.takeTurns(100, TURNS);
      long nanos = System.nanoTime() - startNanos;
      assertTrue(nanos > 100L * TURNS * LEAST_SWITCH_NANOS, () -> nanos + " ns");
    }
  }

  /** Nothing else tells from outside that they were there. */
  private static void requireCoroutines(int coroutines, long bytesBefore) {
    long bytes = THREADS.getTotalThreadAllocatedBytes() - bytesBefore;
    assertTrue(bytes >= (long) coroutines * LEAST_COROUTINE_BYTES, () -> bytes + " bytes");
  }
}
