package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the time from a due tick to the end of a task is split into lag, wait and run. */
class LatenessSplitTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock(-7_000_000);
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final TimerService timers = TimerService.builder().clock(taskTime).recordStats().build();

  @AfterEach
  void close() {
    timers.close();
  }

  private Runnable spending(long millis) {
    return () -> taskTime.spend(Duration.ofMillis(millis));
  }

  /** Histograms have a precision of 1 percent. */
  private static void assertMillis(Distribution nanos, long count, long least, long most) {
    assertEquals(count, nanos.count());
    assertEquals(least, Math.round(nanos.min() / 1e6));
    assertEquals(most, Math.round(nanos.max() / 1e6));
  }

  @Test
  void waitNanos_secondTaskOfABatch_isTheRunTimeOfTheFirst() {
    timers.schedule(TEN, spending(4));
    timers.schedule(TEN, spending(4));
    clock.advance(TEN);
    TimerStats stats = timers.stats();
    assertMillis(stats.latenessNanos(), 2, 0, 0);
    assertMillis(stats.waitNanos(), 2, 0, 4);
    assertMillis(stats.runNanos(), 2, 4, 4);
  }

  @Test
  void lateness_ofALaterBatch_isLagUntilItIsTakenAndWaitAfterwards() {
    timers.schedule(TEN, spending(25));
    timers.schedule(Duration.ofMillis(12), spending(3));
    timers.schedule(Duration.ofMillis(12), spending(3));
    clock.advance(TEN);
    TimerStats stats = timers.stats();
    // Due at 12 ms, taken at 35 ms, begun at 35 ms and 38 ms.
    assertMillis(stats.latenessNanos(), 3, 0, 23);
    assertMillis(stats.waitNanos(), 3, 0, 3);
  }

  @Test
  void waitNanos_withAnExecutor_includesTheTimeInItsQueue() {
    QueueingExecutor queue = new QueueingExecutor();
    try (TimerService pooled =
        TimerService.builder().clock(clock).executor(queue).recordStats().build()) {
      pooled.schedule(TEN, NOTHING);
      clock.advance(TEN);
      assertEquals(0, pooled.stats().waitNanos().count(), "it waits still");
      clock.advance(Duration.ofMillis(30));
      queue.runAll();
      assertMillis(pooled.stats().waitNanos(), 1, 30, 30);
      assertMillis(pooled.stats().latenessNanos(), 1, 0, 0);
    }
  }

  @Test
  void waitNanos_runsMadeUpFor_haveWaitedForNothing() {
    TimerOptions burst = TimerOptions.builder().missedTick(MissedTick.BURST).build();
    timers.scheduleAtFixedRate(TEN, TEN, spending(1), burst);
    clock.jump(Duration.ofMillis(35));
    TimerStats stats = timers.stats();
    assertMillis(stats.latenessNanos(), 1, 25, 25);
    assertMillis(stats.waitNanos(), 3, 0, 0);
    assertMillis(stats.runNanos(), 3, 1, 1);
  }

  @Test
  void waitNanos_ofALargeBatch_isMeasuredByTheSamplesOfTheRunTime() {
    for (int i = 0; i < 100; i++) {
      timers.schedule(TEN, spending(1));
    }
    clock.advance(TEN);
    TimerStats stats = timers.stats();
    // The last one that is measured is the 97th.
    assertMillis(stats.waitNanos(), 100, 0, 96);
    assertMillis(stats.runNanos(), 100, 1, 1);
  }
}
