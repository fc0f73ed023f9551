package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Periodic timers: their times, their exceptions, their end. */
class PeriodicTimerTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final Failures failures = new Failures();
  private final TimerService timers =
      TimerService.builder().clock(taskTime).exceptionHandler(failures).build();
  private final RunTimes task = new RunTimes(taskTime);
  private final AtomicReference<TimerHandle> self = new AtomicReference<>();

  @AfterEach
  void close() {
    timers.close();
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  private static TimerOptions on(OnException onException) {
    return TimerOptions.builder().onException(onException).build();
  }

  @Test
  void fixedRate_always_runsAtTheInitialDelayAndAtEachMultipleOfThePeriod() {
    timers.scheduleAtFixedRate(Duration.ofMillis(3), TEN, task);
    advanceMillis(45);
    assertEquals(List.of(3L, 13L, 23L, 33L, 43L), task.millis());
  }

  @Test
  void fixedRate_periodOfTicksAndAHalf_roundsEachRunAndDoesNotDrift() {
    timers.scheduleAtFixedRate(Duration.ofNanos(500_000), Duration.ofNanos(1_500_000), task);
    advanceMillis(11);
    assertEquals(List.of(1L, 2L, 4L, 5L, 7L, 8L, 10L, 11L), task.millis());
  }

  @Test
  void fixedRate_tasksThatTakeTime_keepsItsTimes() {
    timers.scheduleAtFixedRate(
        TEN,
        TEN,
        () -> {
          task.run();
          taskTime.spend(Duration.ofMillis(4));
        });
    for (int i = 0; i < 50; i++) {
      advanceMillis(1);
    }
    assertEquals(List.of(10L, 20L, 30L, 40L, 50L, 60L), task.millis().subList(0, 6));
  }

  @Test
  void fixedDelay_tasksThatTakeTime_keepsTheDelayBetweenEndAndBeginning() {
    timers.scheduleWithFixedDelay(
        TEN,
        TEN,
        () -> {
          task.run();
          taskTime.spend(Duration.ofMillis(4));
        });
    for (int i = 0; i < 50; i++) {
      advanceMillis(1);
    }
    assertEquals(List.of(10L, 24L, 38L, 52L), task.millis().subList(0, 4));
  }

  @Test
  void fixedDelay_endWithinATick_isRoundedUp() {
    timers.scheduleWithFixedDelay(
        TEN,
        TEN,
        () -> {
          task.run();
          taskTime.spend(Duration.ofNanos(200_000));
        });
    advanceMillis(25);
    assertEquals(List.of(10L, 21L), task.millis());
  }

  @Test
  void fixedRate_initialDelayZeroOrNegative_runsAtTheNextTick() {
    timers.scheduleAtFixedRate(Duration.ZERO, TEN, task);
    timers.scheduleWithFixedDelay(Duration.ofHours(-1), TEN, task);
    advanceMillis(5);
    assertEquals(List.of(1L, 1L), task.millis());
  }

  @Test
  void fixedRate_betweenAndDuringRuns_isPendingAndOne() {
    List<Object> seen = new ArrayList<>();
    self.set(
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              seen.add(self.get().state());
              seen.add(timers.pending());
              seen.add(self.get().remaining());
            }));
    advanceMillis(10);
    assertEquals(List.of(State.PENDING, 1L, Duration.ZERO), seen);
    assertEquals(State.PENDING, self.get().state());
    assertEquals(1, timers.pending());
    assertEquals(TEN, self.get().remaining());
  }

  @ParameterizedTest
  @EnumSource(OnException.class)
  void cancel_betweenRuns_endsIt(OnException onException) {
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, task, on(onException));
    advanceMillis(15);
    assertTrue(timer.cancel());
    assertFalse(timer.cancel());
    assertFalse(timer.reschedule(TEN));
    assertEquals(State.CANCELLED, timer.state());
    assertNull(((ScheduledTimer) timer).task(), "the task is let go");
    assertEquals(0, timers.pending());
    advanceMillis(100);
    assertEquals(List.of(10L), task.millis());
  }

  @Test
  void cancel_fromItsOwnRun_makesThisRunTheLast() {
    List<Boolean> answers = new ArrayList<>();
    self.set(
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              task.run();
              if (task.count() == 3) {
                answers.add(self.get().cancel());
                answers.add(self.get().cancel());
                answers.add(self.get().reschedule(TEN));
              }
            }));
    advanceMillis(100);
    assertEquals(List.of(10L, 20L, 30L), task.millis());
    assertEquals(List.of(true, false, false), answers);
    assertEquals(State.CANCELLED, self.get().state());
    assertNull(((ScheduledTimer) self.get()).task(), "the task is let go");
    assertEquals(0, timers.pending());
  }

  @Test
  void cancel_fromItsOwnRunThatThenThrows_isCancelledAndReported() {
    self.set(
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              self.get().cancel();
              throw new IllegalStateException("after cancel");
            },
            on(OnException.STOP)));
    advanceMillis(100);
    assertEquals(State.CANCELLED, self.get().state());
    assertEquals("after cancel", failures.one().error().getMessage());
    assertEquals(0, timers.pending());
  }

  @Test
  void cancel_periodicTimerOfTheSameBatch_leavesOutThatRun() {
    List<TimerHandle> both = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(
          timers.scheduleAtFixedRate(
              TEN,
              TEN,
              () -> {
                task.run();
                both.forEach(TimerHandle::cancel);
              }));
    }
    advanceMillis(100);
    assertEquals(List.of(10L), task.millis());
    assertEquals(0, timers.pending());
  }

  @Test
  void reschedule_betweenRuns_goesOnWithItsPeriodFromThere() {
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, task);
    advanceMillis(12);
    assertTrue(timer.reschedule(Duration.ofMillis(25)));
    assertEquals(Duration.ofMillis(25), timer.remaining());
    advanceMillis(50);
    assertEquals(List.of(10L, 37L, 47L, 57L), task.millis());
  }

  @Test
  void reschedule_earlierBetweenRuns_goesOnWithItsPeriodFromThere() {
    TimerHandle timer = timers.scheduleAtFixedRate(Duration.ofDays(9), TEN, task);
    advanceMillis(12);
    assertTrue(timer.reschedule(Duration.ofMillis(1)));
    advanceMillis(20);
    assertEquals(List.of(13L, 23L), task.millis());
  }

  @Test
  void reschedule_fromItsOwnRun_setsTheNextRun() {
    self.set(
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              task.run();
              if (task.count() == 2) {
                assertTrue(self.get().reschedule(Duration.ofMillis(3)));
                assertTrue(self.get().reschedule(Duration.ofMillis(27)));
                assertEquals(State.PENDING, self.get().state());
              }
            }));
    advanceMillis(80);
    assertEquals(List.of(10L, 20L, 47L, 57L, 67L, 77L), task.millis());
    assertEquals(List.of(), failures.all());
  }

  @Test
  void reschedule_fixedDelayFromItsOwnRun_setsTheNextRun() {
    self.set(
        timers.scheduleWithFixedDelay(
            TEN,
            TEN,
            () -> {
              task.run();
              taskTime.spend(Duration.ofMillis(5));
              self.get().reschedule(Duration.ofMillis(1));
            }));
    advanceMillis(12);
    assertEquals(List.of(10L, 16L), task.millis().subList(0, 2));
  }

  @Test
  void exception_continue_isReportedEachTimeAndTheTimerGoesOn() {
    RuntimeException error = new RuntimeException("every time");
    Runnable failing =
        () -> {
          task.run();
          throw error;
        };
    TimerHandle rate = timers.scheduleAtFixedRate(TEN, TEN, failing, on(OnException.CONTINUE));
    timers.scheduleWithFixedDelay(TEN, TEN, failing);
    advanceMillis(35);
    assertEquals(List.of(10L, 10L, 20L, 20L, 30L, 30L), task.millis());
    assertEquals(6, failures.count());
    for (Failures.Failure failure : failures.all()) {
      assertEquals(new Failures.Failure(failing, error), failure);
    }
    assertEquals(State.PENDING, rate.state());
  }

  @Test
  void exception_stop_isReportedAndEndsTheTimerAsFired() {
    TimerHandle rate =
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              task.run();
              if (task.count() == 2) {
                throw new AssertionError("an error counts too");
              }
            },
            on(OnException.STOP));
    advanceMillis(10);
    assertEquals(State.PENDING, rate.state());
    advanceMillis(100);
    assertEquals(List.of(10L, 20L), task.millis());
    assertEquals("an error counts too", failures.one().error().getMessage());
    assertEquals(State.FIRED, rate.state());
    assertNull(((ScheduledTimer) rate).task(), "the task is let go");
    assertFalse(rate.cancel());
    assertFalse(rate.reschedule(TEN));
    assertEquals(0, timers.pending());
  }

  @Test
  void fixedRate_periodBelowATick_runsEveryTick() {
    timers.scheduleAtFixedRate(Duration.ofMillis(1), Duration.ofNanos(1), task);
    timers.scheduleWithFixedDelay(Duration.ofMillis(1), Duration.ofNanos(1), task);
    advanceMillis(4);
    assertEquals(List.of(1L, 1L, 2L, 2L, 3L, 3L, 4L, 4L), task.millis());
  }

  @Test
  void fixedRate_periodBeyondTheClock_runsOnceAndStaysPending() {
    TimerHandle rate = timers.scheduleAtFixedRate(TEN, Duration.ofSeconds(Long.MAX_VALUE), task);
    TimerHandle delay =
        timers.scheduleWithFixedDelay(TEN, Duration.ofSeconds(Long.MAX_VALUE), task);
    advanceMillis(10);
    clock.advance(Duration.ofDays(36_500));
    assertEquals(List.of(10L, 10L), task.millis());
    assertTrue(rate.cancel());
    assertTrue(delay.cancel());
  }

  @Test
  void fixedRate_initialDelayBeyondTheClock_staysPending() {
    TimerHandle rate = timers.scheduleAtFixedRate(Duration.ofSeconds(Long.MAX_VALUE), TEN, task);
    clock.advance(Duration.ofDays(36_500));
    assertEquals(List.of(), task.millis());
    assertTrue(rate.cancel());
  }

  @Test
  void changePeriod_keepsTheNextRunAndChangesThoseAfterIt() {
    List<Long> at = new ArrayList<>();
    TimerHandle timer =
        timers.scheduleAtFixedRate(
            Duration.ofMillis(10),
            Duration.ofMillis(10),
            () -> at.add(clock.nanoTime() / 1_000_000));
    clock.advance(Duration.ofMillis(15));
    assertTrue(timer.changePeriod(Duration.ofMillis(30)));
    clock.advance(Duration.ofMillis(70));
    assertTrue(timer.cancel());
    assertFalse(timer.changePeriod(Duration.ofMillis(1)));
    assertEquals(List.of(10L, 20L, 50L, 80L), at);
  }

  @Test
  void changePeriod_duringARun_countsFromThatRun() {
    List<Long> at = new ArrayList<>();
    AtomicReference<TimerHandle> handle = new AtomicReference<>();
    handle.set(
        timers.scheduleWithFixedDelay(
            Duration.ofMillis(10),
            Duration.ofMillis(10),
            () -> {
              at.add(clock.nanoTime() / 1_000_000);
              handle.get().changePeriod(Duration.ofMillis(25));
            }));
    clock.advance(Duration.ofMillis(70));
    assertEquals(List.of(10L, 35L, 60L), at);
  }

  @Test
  void changePeriod_ofWhatHasNone_orOutOfRange_isRefused() {
    TimerHandle once = timers.schedule(Duration.ofMillis(10), NoTask.NOTHING);
    assertThrows(IllegalStateException.class, () -> once.changePeriod(Duration.ofMillis(1)));
    TimerHandle periodic =
        timers.scheduleAtFixedRate(
            Duration.ofMillis(10),
            Duration.ofMillis(10),
            NoTask.NOTHING,
            TimerOptions.builder().slack(Duration.ofMillis(5)).build());
    assertThrows(IllegalArgumentException.class, () -> periodic.changePeriod(Duration.ofMillis(5)));
    assertThrows(IllegalArgumentException.class, () -> periodic.changePeriod(Duration.ZERO));
    assertTrue(periodic.changePeriod(Duration.ofMillis(6)));
  }

  @Test
  void options_default_areSkipAndContinueWithoutATag() {
    assertEquals(
        new TimerOptions(null, MissedTick.SKIP, OnException.CONTINUE, Duration.ZERO, null),
        TimerOptions.defaults());
    assertEquals(TimerOptions.defaults(), TimerOptions.builder().build());
    assertEquals(
        new TimerOptions("idle", MissedTick.SKIP, OnException.CONTINUE, Duration.ZERO, null),
        TimerOptions.tagged("idle"));
  }
}
