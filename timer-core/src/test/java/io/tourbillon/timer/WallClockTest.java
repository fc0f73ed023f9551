package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timers for a time of the wall clock, which may be set forward and back. */
@Timeout(60)
class WallClockTest {
  private static final Duration TICK = Duration.ofMillis(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  private final VirtualClock clock = new VirtualClock(123_456_789);
  private final InstantSource wall = clock.wallClock();
  private final TimerService timers = TimerService.builder().clock(clock).build();
  private final List<Instant> fired = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    timers.close();
  }

  private void fire() {
    fired.add(wall.instant());
  }

  private TimerHandle scheduleIn(Duration delay) {
    return timers.scheduleAt(wall.instant().plus(delay), this::fire);
  }

  @Test
  void scheduleAt_firesWithinATickOfTheTimeAndNotBefore() {
    Instant time = wall.instant().plus(MINUTE);
    TimerHandle timer = timers.scheduleAt(time, this::fire);
    clock.advance(MINUTE.minusNanos(1));
    assertEquals(State.PENDING, timer.state());
    clock.advance(TICK);
    assertEquals(State.FIRED, timer.state());
    assertFalse(fired.getFirst().isBefore(time));
    assertTrue(fired.getFirst().isBefore(time.plus(TICK)));
  }

  @Test
  void scheduleAt_timeThatHasPassed_firesAtTheNextTick() {
    timers.scheduleAt(wall.instant().minus(HOUR), this::fire);
    timers.scheduleAt(Instant.MIN, this::fire);
    clock.advance(TICK);
    assertEquals(2, fired.size());
  }

  @Test
  void scheduleAt_timeBeyondTheClock_waits() {
    TimerHandle timer = timers.scheduleAt(Instant.MAX, this::fire);
    clock.advance(Duration.ofDays(100_000));
    assertEquals(State.PENDING, timer.state());
    assertTrue(timer.cancel());
  }

  @Test
  void stepForward_beyondTheTime_firesAtTheNextTick() {
    scheduleIn(HOUR);
    clock.stepWallClock(HOUR);
    clock.advance(TICK);
    assertEquals(1, fired.size());
  }

  @Test
  void stepForward_shortOfTheTime_firesAtTheTime() {
    Instant time = wall.instant().plus(HOUR);
    TimerHandle timer = timers.scheduleAt(time, this::fire);
    clock.stepWallClock(Duration.ofMinutes(20));
    assertTrue(timer.remaining().compareTo(Duration.ofMinutes(40).plus(TICK)) <= 0);
    clock.advance(Duration.ofMinutes(40).minusMillis(1));
    assertEquals(List.of(), fired);
    clock.advance(TICK.multipliedBy(2));
    assertFalse(fired.getFirst().isBefore(time));
  }

  @Test
  void timerArmedBetweenAStepAndItsCorrection_isArmedAgain() {
    try (PolledTimerService polled = TimerService.polled(clock)) {
      polled.scheduleAt(wall.instant().plus(HOUR), () -> {});
      polled.poll(1); // Compares the clocks.
      clock.stepWallClock(HOUR.negated());
      polled.scheduleAt(wall.instant().plus(HOUR), this::fire);
      clock.stepWallClock(HOUR); // When it compares them again, nothing seems to have happened.
      clock.advance(TICK);
      polled.poll(10);
      clock.advance(TICK);
      polled.poll(10);
      assertEquals(1, fired.size());
    }
  }

  @Test
  void timerThatIsDueWhenAStepIsNoticed_doesNotWaitForTheNextTick() {
    try (PolledTimerService polled = TimerService.polled(clock)) {
      clock.stepWallClock(HOUR);
      polled.scheduleAt(wall.instant(), this::fire);
      clock.advance(TICK); // The first comparison finds the step, and a timer that is due.
      polled.poll(10);
      assertEquals(1, fired.size());
    }
  }

  @Test
  void stepBack_waitsForTheTimeAsTheClockShowsIt() {
    Instant time = wall.instant().plus(MINUTE);
    TimerHandle timer = timers.scheduleAt(time, this::fire);
    clock.stepWallClock(HOUR.negated());
    assertTrue(timer.remaining().compareTo(HOUR.plus(MINUTE)) >= 0);
    clock.advance(HOUR);
    assertEquals(List.of(), fired);
    clock.advance(MINUTE.plus(TICK));
    assertFalse(fired.getFirst().isBefore(time));
    assertEquals(1, fired.size());
  }

  /** The driver does not compare the clocks here: the timer itself finds that it is early. */
  @Test
  void stepBack_unnoticedUntilTheTimerIsDue_armsItAgain() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    try (TimerService own = TimerService.builder().clock(clock).wallClock(now::get).build()) {
      TimerHandle timer = own.scheduleAt(Instant.EPOCH.plus(MINUTE), this::fire);
      now.set(Instant.EPOCH.plusSeconds(59).plusNanos(999_999_999));
      clock.advance(MINUTE.plus(TICK));
      assertEquals(State.PENDING, timer.state());
      now.set(Instant.EPOCH.plus(MINUTE));
      clock.advance(TICK);
      assertEquals(State.FIRED, timer.state());
      assertEquals(0, own.pending());
    }
  }

  @Test
  void slewedClock_isFollowed() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    try (TimerService own = TimerService.builder().clock(clock).wallClock(now::get).build()) {
      Instant time = Instant.EPOCH.plus(Duration.ofMinutes(5));
      TimerHandle timer = own.scheduleAt(time, this::fire);
      // Another timer wakes the driver, as this clock is not the system's.
      own.scheduleAtFixedRate(TICK, Duration.ofSeconds(1), NoTask.NOTHING);
      while (now.get().isBefore(time.plusMillis(20))) {
        if (now.get().isBefore(time)) {
          assertEquals(State.PENDING, timer.state());
        }
        now.set(now.get().plusMillis(10).plusNanos(5_000)); // 500 ppm fast
        clock.advance(Duration.ofMillis(10));
      }
      assertEquals(State.FIRED, timer.state());
    }
  }

  @Test
  void reschedule_replacesTheTimeByADelay() {
    TimerHandle timer = scheduleIn(MINUTE);
    assertTrue(timer.reschedule(HOUR));
    clock.stepWallClock(Duration.ofDays(1));
    clock.advance(HOUR.minusMillis(1));
    assertEquals(State.PENDING, timer.state());
    clock.advance(TICK.multipliedBy(2));
    assertEquals(State.FIRED, timer.state());
    assertFalse(timer.reschedule(HOUR));
  }

  @Test
  void cancelledTimer_isForgotten() {
    TimerHandle timer = scheduleIn(MINUTE);
    assertTrue(timer.cancel());
    clock.stepWallClock(HOUR);
    clock.advance(HOUR);
    assertEquals(List.of(), fired);
    assertEquals(State.CANCELLED, timer.state());
  }

  @Test
  void shutdown_handsTheTaskBack() {
    TimerHandle timer = timers.scheduleAt(wall.instant().plus(MINUTE), NoTask.NOTHING);
    assertEquals(List.of(NoTask.NOTHING), timers.shutdownNow());
    assertEquals(State.HANDED_BACK, timer.state());
    assertThrows(
        RejectedExecutionException.class, () -> timers.scheduleAt(Instant.MAX, NoTask.NOTHING));
  }

  /** A task of the same batch shuts the service down, so the early timer cannot be armed again. */
  @Test
  void shutdown_whileAnEarlyTimerIsInTheBatch_cancelsIt() {
    AtomicReference<Duration> step = new AtomicReference<>(Duration.ZERO);
    InstantSource stepped = () -> wall.instant().plus(step.get());
    TimerService own = TimerService.builder().clock(clock).wallClock(stepped).build();
    List<TimerHandle> early = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      early.add(own.scheduleAt(wall.instant().plusMillis(10), this::fire));
    }
    // A task without a handle is the first of its batch.
    own.arm(
        10,
        TimeUnit.MILLISECONDS,
        () -> {
          step.set(HOUR.negated());
          own.shutdownNow();
        });
    clock.jump(Duration.ofMillis(11));
    assertEquals(List.of(), fired);
    for (TimerHandle timer : early) {
      assertEquals(State.CANCELLED, timer.state());
    }
    assertEquals(0, own.pending());
    own.close();
  }

  @Test
  void options_groupAndTag_hold() {
    TimerGroup group = new TimerGroup();
    TimerOptions options = TimerOptions.builder().group(group).tag("report").build();
    timers.scheduleAt(wall.instant().plus(HOUR), this::fire, options);
    assertEquals(1L, timers.dump().byTag().get("report"));
    assertEquals(1, group.cancelAll());
    assertEquals(0, timers.pending());
  }

  @Test
  void wallClockThatFails_isReportedAndLeavesTheTimerToTheOtherClock() {
    IllegalStateException broken = new IllegalStateException("no time");
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    InstantSource failing =
        () -> {
          Instant instant = now.get();
          if (instant == null) {
            throw broken;
          }
          return instant;
        };
    try (LogCapture log = new LogCapture();
        TimerService own = TimerService.builder().clock(clock).wallClock(failing).build()) {
      TimerHandle timer = own.scheduleAt(Instant.EPOCH.plus(MINUTE), NoTask.NOTHING);
      now.set(null);
      assertSame(
          broken,
          assertThrows(
              IllegalStateException.class, () -> own.scheduleAt(Instant.MAX, NoTask.NOTHING)));
      clock.advance(MINUTE.plus(TICK));
      assertEquals(State.FIRED, timer.state());
      assertTrue(log.records().getFirst().getMessage().startsWith("the wall clock failed"));
    }
  }

  /** Steps at random: no timer is early, and none is later than a tick after its time has come. */
  @Test
  void anySteps_noTimerIsEarlyOrLate() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    record Expected(Instant time, AtomicReference<Instant> firedAt) {}
    List<Expected> all = new ArrayList<>();
    Instant latest = wall.instant();
    for (int i = 0; i < 2_000; i++) {
      if (random.nextInt(10) == 0) {
        clock.stepWallClock(Duration.ofMillis(random.nextInt(-3_000, 3_000)));
      } else if (random.nextInt(3) == 0) {
        clock.advance(Duration.ofMillis(random.nextInt(500)));
      } else {
        Instant time = wall.instant().plusMillis(random.nextInt(5_000));
        AtomicReference<Instant> firedAt = new AtomicReference<>();
        timers.scheduleAt(time, () -> firedAt.set(wall.instant()));
        all.add(new Expected(time, firedAt));
      }
      clock.advance(TICK); // What has become due by the step fires.
      Instant now = wall.instant();
      latest = now.isAfter(latest) ? now : latest;
      for (Expected timer : all) {
        Instant at = timer.firedAt.get();
        if (at != null) {
          assertFalse(at.isBefore(timer.time), () -> "early, seed " + seed);
        } else if (!now.isBefore(timer.time.plus(TICK))) {
          throw new AssertionError("late, seed " + seed + ": " + timer.time + " at " + now);
        }
      }
    }
  }

  /** A listener may call anything, so a lock around its call could lock up the driver. */
  @Test
  void listener_isCalledWithoutALock() {
    List<Boolean> locked = Collections.synchronizedList(new ArrayList<>());
    AtomicReference<TimerHandle> handle = new AtomicReference<>();
    TimerListener listener =
        new TimerListener() {
          @Override
          public void rescheduled(long id, long deadlineNanos) {
            locked.add(Thread.holdsLock(handle.get()));
          }
        };
    try (TimerService own = TimerService.builder().clock(clock).listener(listener).build()) {
      handle.set(own.scheduleAt(wall.instant().plus(HOUR), this::fire));
      clock.stepWallClock(MINUTE);
      handle.get().reschedule(HOUR);
      assertTrue(locked.size() >= 2 && !locked.contains(true), locked::toString);
    }
  }

  @Test
  void wallClockWithoutMemoryForAWhile_losesNoTimer() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    InstantSource hungry =
        () -> {
          if (full.get()) {
            throw new OutOfMemoryError("for this test");
          }
          return wall.instant();
        };
    try (TimerService own = TimerService.builder().clock(clock).wallClock(hungry).build()) {
      TimerHandle timer = own.scheduleAt(wall.instant().plus(MINUTE), this::fire);
      full.set(true);
      Thread later =
          Thread.ofPlatform()
              .start(
                  () -> {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2_500));
                    full.set(false);
                  });
      clock.advance(MINUTE.plus(TICK));
      later.join();
      assertEquals(State.FIRED, timer.state());
      assertEquals(0, own.pending());
    }
  }

  @Test
  void stepWallClock_isBoundedByWhatTheClockThenShows() {
    assertThrows(
        DateTimeException.class,
        () -> clock.stepWallClock(Duration.between(wall.instant(), Instant.MAX).plusNanos(1)));
    clock.stepWallClock(Duration.between(wall.instant(), Instant.MAX.minusSeconds(1)));
    assertEquals(Instant.MAX.minusSeconds(1), wall.instant());
  }
}
