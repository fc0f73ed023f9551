package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service counts and measures if it records statistics. */
class TimerStatsTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final TimerService timers = builder().recordStats().build();

  private TimerService.Builder builder() {
    return TimerService.builder().clock(taskTime).exceptionHandler((task, error) -> {});
  }

  @AfterEach
  void close() {
    timers.close();
  }

  private static void assertConserved(TimerStats stats) {
    assertEquals(
        stats.scheduled(),
        stats.fired() + stats.cancelled() + stats.handedBack() + stats.pending(),
        stats.toString());
    assertEquals(stats.pending(), stats.pendingByLevel().stream().mapToLong(Long::longValue).sum());
  }

  /** Histograms have a precision of 1 percent. */
  private static void assertNear(long expected, long actual) {
    assertTrue(Math.abs(expected - actual) <= expected / 100, expected + ", not " + actual);
  }

  @Test
  void scheduled_everyWayToArm_countsEach() {
    timers.schedule(TEN, NOTHING);
    timers.schedule(10, MILLISECONDS, NOTHING);
    timers.schedule(TEN, NOTHING, TimerOptions.tagged("tag"));
    timers.scheduleAtFixedRate(TEN, TEN, NOTHING);
    timers.scheduleWithFixedDelay(TEN, TEN, NOTHING);
    timers.arm(10, MILLISECONDS, NOTHING);
    timers.armAt(10, NOTHING);
    timers.after(TEN).isDone();
    timers.timeout(new CompletableFuture<>(), TEN).isDone();
    TimerStats stats = timers.stats();
    assertEquals(9, stats.scheduled());
    assertEquals(9, stats.pending());
    assertConserved(stats);
  }

  @Test
  void cancelledAndRescheduled_onlyWhatHadAnEffect_counts() {
    TimerHandle handle = timers.schedule(TEN, NOTHING);
    long id = timers.arm(10, MILLISECONDS, NOTHING);
    handle.reschedule(TEN);
    timers.rearm(id, 20, MILLISECONDS);
    handle.cancel();
    handle.cancel();
    handle.reschedule(TEN);
    timers.cancel(id);
    timers.cancel(id);
    timers.rearm(id, 20, MILLISECONDS);
    timers.cancel(0);
    TimerStats stats = timers.stats();
    assertEquals(2, stats.cancelled());
    assertEquals(2, stats.rescheduled());
    assertConserved(stats);
  }

  @Test
  void firedAndRuns_ofPeriodicTimers_countEndsAndRuns() {
    timers.schedule(TEN, NOTHING);
    TimerHandle periodic = timers.scheduleAtFixedRate(TEN, TEN, NOTHING);
    clock.advance(Duration.ofMillis(35));
    TimerStats during = timers.stats();
    assertEquals(1, during.fired());
    assertEquals(4, during.runs());
    assertEquals(1, during.pending());
    assertConserved(during);
    periodic.cancel();
    TimerStats after = timers.stats();
    assertEquals(1, after.fired());
    assertEquals(1, after.cancelled());
    assertConserved(after);
  }

  @Test
  void fired_periodicTimerThatAnExceptionStopped_countsOnce() {
    timers.scheduleAtFixedRate(
        TEN,
        TEN,
        () -> {
          throw new IllegalStateException("stop");
        },
        TimerOptions.builder().onException(OnException.STOP).build());
    clock.advance(Duration.ofMillis(35));
    TimerStats stats = timers.stats();
    assertEquals(1, stats.fired());
    assertEquals(1, stats.runs());
    assertEquals(1, stats.exceptions());
    assertConserved(stats);
  }

  @Test
  void rejected_byTheLimit_countsButIsNotScheduled() {
    try (TimerService limited = builder().recordStats().maxPending(1).build()) {
      limited.schedule(TEN, NOTHING);
      assertThrows(RejectedExecutionException.class, () -> limited.schedule(TEN, NOTHING));
      assertThrows(RejectedExecutionException.class, () -> limited.arm(1, MILLISECONDS, NOTHING));
      assertEquals(2, limited.stats().rejected());
      assertEquals(1, limited.stats().scheduled());
      assertConserved(limited.stats());
    }
  }

  @Test
  void handedBack_afterShutdown_countsAndRefusalsThenDoNot() {
    timers.schedule(TEN, NOTHING);
    timers.arm(10, MILLISECONDS, NOTHING);
    timers.shutdownNow();
    assertThrows(RejectedExecutionException.class, () -> timers.schedule(TEN, NOTHING));
    TimerStats stats = timers.stats();
    assertEquals(2, stats.handedBack());
    assertEquals(0, stats.rejected());
    assertEquals(2, stats.scheduled());
    assertConserved(stats);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 16, 17, 100, 256, 1000})
  void runNanos_batchesOfAnySize_countEveryRun(int size) {
    for (int i = 0; i < size; i++) {
      timers.schedule(TEN, NOTHING);
    }
    clock.advance(TEN);
    TimerStats stats = timers.stats();
    assertEquals(size, stats.runs());
    assertEquals(size, stats.runNanos().count());
    assertEquals(size, stats.waitNanos().count());
    assertEquals(size, stats.latenessNanos().count());
  }

  @Test
  void runNanos_burstOfMissedRuns_countEachRun() {
    TimerOptions burst = TimerOptions.builder().missedTick(MissedTick.BURST).build();
    timers.scheduleAtFixedRate(TEN, TEN, () -> taskTime.spend(Duration.ofMillis(1)), burst);
    clock.jump(Duration.ofMillis(35));
    TimerStats stats = timers.stats();
    assertEquals(3, stats.runs());
    assertEquals(3, stats.runNanos().count());
    assertNear(1_000_000, stats.runNanos().max());
    assertConserved(stats);
  }

  @Test
  void runNanos_taskThatTakesTime_isMeasuredToOnePercent() {
    timers.schedule(TEN, () -> taskTime.spend(Duration.ofMillis(7)));
    clock.advance(TEN);
    TimerStats stats = timers.stats();
    assertNear(7_000_000, stats.runNanos().max());
    assertEquals(0, stats.pauses(), "a slow task is not a pause");
  }

  @Test
  void latenessNanos_timerBehindASlowTask_isTimeSinceTheEndOfItsTick() {
    timers.schedule(TEN, () -> taskTime.spend(Duration.ofMillis(25)));
    timers.schedule(Duration.ofNanos(11_500_000), NOTHING);
    clock.advance(TEN);
    TimerStats stats = timers.stats();
    assertEquals(2, stats.latenessNanos().count());
    assertEquals(0, stats.latenessNanos().min());
    // Due within the tick that ends at 12 ms, fired at 35 ms.
    assertNear(23_000_000, stats.latenessNanos().max());
  }

  @Test
  void latenessNanos_timersInTime_areZero() {
    timers.schedule(Duration.ofNanos(1), NOTHING);
    timers.schedule(Duration.ofHours(1), NOTHING);
    clock.advance(Duration.ofHours(2));
    assertEquals(2, timers.stats().latenessNanos().count());
    assertEquals(0, timers.stats().latenessNanos().max());
  }

  @Test
  void histograms_valuesBeyondAnHour_countAsAnHour() {
    timers.schedule(TEN, () -> taskTime.spend(Duration.ofDays(3)));
    timers.schedule(TEN, () -> taskTime.spend(Duration.ofDays(3)));
    timers.schedule(Duration.ofMillis(11), NOTHING);
    clock.advance(TEN);
    TimerStats stats = timers.stats();
    long hourNanos = Duration.ofHours(1).toNanos();
    assertNear(hourNanos, stats.runNanos().max());
    assertNear(hourNanos, stats.latenessNanos().max());
    assertNear(hourNanos, stats.waitNanos().max());
  }

  @Test
  void pendingByLevel_timersOfAllRanges_sumsToPendingFinestFirst() {
    timers.schedule(Duration.ofMillis(5), NOTHING);
    timers.schedule(Duration.ofMillis(400), NOTHING);
    timers.schedule(Duration.ofMinutes(1), NOTHING);
    timers.schedule(Duration.ofHours(5), NOTHING);
    timers.schedule(Duration.ofSeconds(Long.MAX_VALUE), NOTHING);
    TimerStats stats = timers.stats();
    assertConserved(stats);
    assertEquals(List.of(2L, 1L, 1L), stats.pendingByLevel().subList(0, 3));
  }

  @Test
  void pendingByLevel_duringARunOfAPeriodicTimer_leavesOutThatTimer() {
    List<TimerStats> seen = new ArrayList<>();
    timers.scheduleAtFixedRate(TEN, TEN, () -> seen.add(timers.stats()));
    timers.schedule(Duration.ofHours(1), NOTHING);
    clock.advance(TEN);
    assertEquals(2, seen.getFirst().pending());
    assertEquals(1, seen.getFirst().pendingByLevel().stream().mapToLong(Long::longValue).sum());
    assertConserved(timers.stats());
  }

  @Test
  void pauses_jumpPastTheNextEvent_isCountedWithItsLength() {
    timers.schedule(TEN, NOTHING);
    clock.jump(Duration.ofMillis(310));
    TimerStats stats = timers.stats();
    assertEquals(1, stats.pauses());
    assertEquals(Duration.ofMillis(300).toNanos(), stats.pauseNanos());
    timers.schedule(TEN, NOTHING);
    clock.jump(Duration.ofMillis(510));
    assertEquals(2, timers.stats().pauses());
    assertEquals(Duration.ofMillis(800).toNanos(), timers.stats().pauseNanos());
  }

  @Test
  void pauses_jumpBelowTheThreshold_isNone() {
    timers.schedule(TEN, NOTHING);
    clock.jump(Duration.ofNanos(109_999_999));
    assertEquals(0, timers.stats().pauses());
    timers.schedule(TEN, NOTHING);
    clock.jump(Duration.ofNanos(110_000_001));
    assertEquals(1, timers.stats().pauses());
  }

  @Test
  void pauses_ownThreshold_isKept() {
    try (TimerService patient =
        builder().recordStats().pauseThreshold(Duration.ofSeconds(5)).build()) {
      patient.schedule(TEN, NOTHING);
      clock.jump(Duration.ofSeconds(5));
      assertEquals(0, patient.stats().pauses());
      patient.schedule(TEN, NOTHING);
      clock.jump(Duration.ofSeconds(6));
      assertEquals(1, patient.stats().pauses());
    }
  }

  @Test
  void pauses_slowTasks_areNone() {
    for (int i = 1; i <= 5; i++) {
      timers.schedule(TEN.multipliedBy(i), () -> taskTime.spend(Duration.ofSeconds(1)));
    }
    clock.advance(Duration.ofMillis(60));
    TimerStats stats = timers.stats();
    assertEquals(5, stats.fired());
    assertEquals(0, stats.pauses());
    assertEquals(0, stats.pauseNanos());
  }

  @Test
  void stats_withoutRecording_areZeroButForPending() {
    try (TimerService silent = builder().build()) {
      silent.schedule(Duration.ofMillis(1), NOTHING);
      silent.schedule(Duration.ofHours(1), NOTHING).reschedule(Duration.ofHours(2));
      silent.schedule(Duration.ofHours(1), NOTHING).cancel();
      clock.jump(Duration.ofSeconds(1));
      TimerStats stats = silent.stats();
      assertEquals(
          List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L),
          List.of(
              stats.scheduled(),
              stats.cancelled(),
              stats.rescheduled(),
              stats.fired(),
              stats.runs(),
              stats.handedBack(),
              stats.rejected(),
              stats.exceptions(),
              stats.pauses(),
              stats.pauseNanos(),
              stats.stalls()));
      assertEquals(0, stats.latenessNanos().count());
      assertEquals(0, stats.waitNanos().count());
      assertEquals(0, stats.runNanos().count());
      assertEquals(List.of(), stats.slowest());
      assertEquals(1, stats.pending());
      assertEquals(1, stats.pendingByLevel().stream().mapToLong(Long::longValue).sum());
    }
  }

  @Test
  void stats_taken_doNotChangeAnyMore() {
    TimerStats before = timers.stats();
    timers.schedule(TEN, NOTHING);
    clock.advance(TEN);
    assertEquals(0, before.scheduled());
    assertEquals(0, before.runNanos().count());
    assertEquals(1, timers.stats().scheduled());
  }

  @Test
  void stats_randomOperations_areConservedAtEveryRest() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<TimerHandle> handles = new ArrayList<>();
    long scheduled = 0;
    long cancelled = 0;
    for (int step = 0; step < 2000; step++) {
      Duration delay = Duration.ofNanos(random.nextLong(1L << random.nextInt(20, 40)));
      int operation = random.nextInt(5);
      scheduled += operation < 3 ? 1 : 0;
      switch (operation) {
        case 0 -> handles.add(timers.schedule(delay, NOTHING));
        case 1 -> handles.add(timers.scheduleAtFixedRate(delay, delay.plusNanos(1), NOTHING));
        case 2 -> timers.arm(delay.toNanos(), java.util.concurrent.TimeUnit.NANOSECONDS, NOTHING);
        case 3 -> {
          if (!handles.isEmpty() && handles.remove(random.nextInt(handles.size())).cancel()) {
            cancelled++;
          }
        }
        default -> clock.advance(Duration.ofNanos(random.nextLong(5_000_000)));
      }
      clock.advance(Duration.ZERO);
      assertConserved(timers.stats());
      assertEquals(scheduled, timers.stats().scheduled(), "seed " + seed);
      assertEquals(cancelled, timers.stats().cancelled(), "seed " + seed);
    }
    timers.shutdownNow();
    TimerStats end = timers.stats();
    assertConserved(end);
    assertEquals(0, end.pending());
    assertTrue(end.fired() > 0 && end.cancelled() > 0 && end.handedBack() > 0, "seed " + seed);
  }

  /** Uses the system's clock, because a virtual clock waits for the driver. */
  @Test
  void overdue_growsWhileATaskHoldsTheDriver() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    try (TimerService real = TimerService.create()) {
      assertEquals(Duration.ZERO, real.overdue());
      real.schedule(
          Duration.ZERO,
          () -> {
            held.countDown();
            awaitUninterrupted(release);
          });
      held.await();
      TimerHandle later = real.schedule(Duration.ofHours(1), () -> {});
      assertEquals(Duration.ZERO, real.overdue());
      later.reschedule(Duration.ZERO);
      while (real.overdue().compareTo(Duration.ofMillis(20)) < 0) {
        Thread.onSpinWait();
      }
      release.countDown();
      while (!real.overdue().isZero()) {
        Thread.onSpinWait();
      }
      // A timer that was taken out of the wheel is pending until its task begins.
      while (real.pending() > 0) {
        Thread.onSpinWait();
      }
    }
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // Statistics as text.

  private static Distribution millis(long... values) {
    Distribution.Builder nanos = Distribution.builder();
    for (long value : values) {
      nanos.record(value * 1_000_000);
    }
    return nanos.build();
  }

  @Test
  void toString_ofStats_isForPeople() {
    TimerStats stats =
        new StatsSnapshot.Figures(
            true,
            1_000_000,
            100,
            10,
            2,
            1,
            4,
            9,
            1,
            5,
            6,
            1,
            120_000_000,
            7,
            3,
            List.of(2L, 1L),
            millis(1),
            millis(),
            millis(2),
            List.of(new SlowestRuns.Run("forged\nname", 2_000_000, 0)));
    assertEquals(
        """
        timers: scheduled 10, fired 4, cancelled 2, handed back 1, pending 3 of at most 100 (by level 2, 1); rescheduled 1 times
        runs: 9, exceptions 6, rejected 5, stalls 7, pauses 1 (120 ms)
        late: median 1 ms, 99 % within 1 ms, at most 1 ms, of 1; a tick is 1 ms
        waited: none measured
        ran: median 2.01 ms, 99 % within 2.01 ms, at most 2.01 ms, of 1
        slow: forged\uFFFDname ran for 2 ms until 1970-01-01T00:00:00Z\
        """,
        stats.toString());
  }

  @Test
  void toString_ofAServiceThatRecordsNothing_saysSo() {
    try (TimerService plain = builder().build()) {
      plain.arm(10, MILLISECONDS, NOTHING);
      String text = plain.stats().toString();
      assertTrue(text.startsWith("timers: pending 1 (by level 1"), text);
      assertTrue(text.endsWith("; not recorded"), text);
    }
  }
}
