package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Delays that are too long, deadlines that have passed, and clocks with any origin. */
class ClockRangeTest {
  private static final long MILLI = 1_000_000;
  private static final Duration CENTURY = Duration.ofDays(36_525);

  private VirtualClock clock = new VirtualClock();
  private TimerService timers = TimerService.builder().clock(clock).build();
  private RunTimes task = new RunTimes(clock);

  private void beginAt(long startNanos) {
    timers.close();
    clock = new VirtualClock(startNanos);
    timers = TimerService.builder().clock(clock).build();
    task = new RunTimes(clock);
  }

  @AfterEach
  void close() {
    timers.close();
  }

  @Test
  void schedule_delayBeyondTheClock_countsAsTheLongestThereIs() {
    clock.advance(Duration.ofMillis(3));
    List<TimerHandle> far =
        List.of(
            timers.schedule(Duration.ofSeconds(Long.MAX_VALUE), task),
            timers.schedule(Duration.ofSeconds(Long.MAX_VALUE, 999_999_999), task),
            timers.schedule(Duration.ofNanos(Long.MAX_VALUE), task),
            timers.schedule(Long.MAX_VALUE, NANOSECONDS, task),
            timers.schedule(Long.MAX_VALUE, DAYS, task));
    for (TimerHandle timer : far) {
      assertTrue(timer.remaining().compareTo(Duration.ofDays(365 * 292)) > 0, "in 292 years");
      assertEquals(far.getFirst().remaining(), timer.remaining());
    }
    clock.advance(CENTURY);
    clock.advance(CENTURY);
    assertEquals(List.of(), task.nanos());
    far.forEach(timer -> assertTrue(timer.cancel()));
    assertEquals(0, timers.pending());
  }

  @Test
  void schedule_besideTimersBeyondTheClock_firesInTime() {
    timers.arm(Long.MAX_VALUE, NANOSECONDS, task);
    timers.schedule(CENTURY, task);
    timers.schedule(Duration.ofMillis(7), task);
    clock.advance(CENTURY.plusMillis(1));
    assertEquals(List.of(7 * MILLI, CENTURY.toNanos()), task.nanos());
  }

  @Test
  void rearm_delayBeyondTheClock_countsAsTheLongestThereIs() {
    TimerHandle handle = timers.schedule(Duration.ofMillis(1), task);
    long id = timers.arm(1, MILLISECONDS, task);
    assertTrue(handle.reschedule(Duration.ofSeconds(Long.MAX_VALUE)));
    assertTrue(timers.rearm(id, Long.MAX_VALUE, DAYS));
    clock.advance(CENTURY);
    assertEquals(List.of(), task.nanos());
    assertTrue(handle.reschedule(Duration.ofSeconds(Long.MIN_VALUE)));
    assertTrue(timers.rearm(id, Long.MIN_VALUE, DAYS));
    clock.advance(Duration.ofMillis(1));
    assertEquals(
        List.of(CENTURY.plusMillis(1).toNanos(), CENTURY.plusMillis(1).toNanos()), task.nanos());
  }

  @Test
  void advance_toTheEndOfTheClock_firesWhatIsBeforeAndRests() {
    TimerHandle far = timers.schedule(Duration.ofSeconds(Long.MAX_VALUE), task);
    timers.schedule(Duration.ofNanos(Long.MAX_VALUE).minusSeconds(1), task);
    clock.advance(Duration.ofNanos(Long.MAX_VALUE));
    assertEquals(1, task.count());
    assertEquals(1, timers.pending());
    assertTrue(far.cancel());
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        -1,
        -5_500_000,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE - 5_500_000,
        Long.MIN_VALUE,
        Long.MIN_VALUE + 1,
        Long.MAX_VALUE / 2,
        -1_234_567_890_123L
      })
  void schedule_clockThatBeginsAnywhere_firesByTimeSinceTheBeginning(long startNanos) {
    beginAt(startNanos);
    timers.schedule(Duration.ofMillis(1), task);
    timers.arm(5, MILLISECONDS, task);
    timers.schedule(Duration.ofNanos(5_400_000), task);
    timers.armAt(startNanos + 7 * MILLI, task);
    TimerHandle moved = timers.schedule(Duration.ofMillis(2), task);
    assertEquals(Duration.ofMillis(2), moved.remaining());
    moved.reschedule(Duration.ofMillis(9));
    TimerHandle periodic =
        timers.scheduleAtFixedRate(Duration.ofMillis(20), Duration.ofMillis(10), task);
    timers.schedule(CENTURY, task);
    clock.advance(Duration.ofMillis(45));
    periodic.cancel();
    clock.advance(CENTURY);
    List<Long> sinceStart = task.nanos().stream().map(nanos -> nanos - startNanos).toList();
    assertEquals(
        List.of(
            MILLI,
            5 * MILLI,
            6 * MILLI,
            7 * MILLI,
            9 * MILLI,
            20 * MILLI,
            30 * MILLI,
            40 * MILLI,
            CENTURY.toNanos()),
        sinceStart);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE - 3, Long.MIN_VALUE, -9_999_999})
  void armAt_deadlineAhead_firesThenOrAtTheEndOfThatTick(long startNanos) {
    beginAt(startNanos);
    clock.advance(Duration.ofNanos(2_200_000));
    timers.armAt(startNanos + 3 * MILLI, task);
    timers.armAt(startNanos + 3 * MILLI + 1, task);
    clock.advance(Duration.ofMillis(10));
    assertEquals(List.of(startNanos + 3 * MILLI, startNanos + 4 * MILLI), task.nanos());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MAX_VALUE - 3, Long.MIN_VALUE, -9_999_999})
  void armAt_deadlinePast_firesAtTheNextTickAtTheLatest(long startNanos) {
    beginAt(startNanos);
    clock.advance(Duration.ofNanos(20_200_000));
    long nowNanos = clock.nanoTime();
    timers.armAt(nowNanos, task);
    timers.armAt(nowNanos - 1, task);
    timers.armAt(nowNanos - 10 * MILLI, task);
    timers.armAt(startNanos, task);
    timers.armAt(startNanos - 10 * MILLI, task);
    timers.armAt(nowNanos - CENTURY.multipliedBy(2).toNanos(), task);
    clock.advance(Duration.ofNanos(800_000));
    assertEquals(6, task.count());
    assertEquals(0, timers.pending());
  }

  @Test
  void armAt_deadlinePastAndTickReached_firesAtTheNextTick() {
    timers.schedule(Duration.ofMillis(20), task);
    clock.advance(Duration.ofMillis(20));
    task.clear();
    timers.armAt(3 * MILLI, task);
    timers.armAt(20 * MILLI, task);
    clock.advance(Duration.ZERO);
    assertEquals(List.of(), task.nanos());
    clock.advance(Duration.ofMillis(1));
    assertEquals(List.of(21 * MILLI, 21 * MILLI), task.nanos());
  }

  @Test
  void armAt_onTheSystemClock_goesBySystemNanoTime() {
    try (TimerService real = TimerService.create()) {
      real.armAt(System.nanoTime() + TimeUnit.MINUTES.toNanos(59), task);
      Duration lastRange = real.dump().byDeadline().getFirst().to();
      assertEquals(Duration.ofHours(1), lastRange);
    }
  }

  @Test
  void armAt_fartherFromTheBeginningThanALongCanTell_doesNotFireNow() {
    VirtualClock old = new VirtualClock();
    try (TimerService timers = TimerService.builder().clock(old).build()) {
      old.advance(Duration.ofDays(400));
      AtomicInteger runs = new AtomicInteger();
      long far = timers.armAt(old.nanoTime() + Long.MAX_VALUE, runs::incrementAndGet);
      long nearer =
          timers.armAt(old.nanoTime() + Duration.ofDays(106_600).toNanos(), runs::incrementAndGet);
      timers.armAt(old.nanoTime() - Duration.ofDays(500).toNanos(), () -> runs.addAndGet(100));
      old.advance(Duration.ofMillis(5));
      assertEquals(100, runs.get(), "what is long past fires now");
      assertTrue(timers.cancel(far) && timers.cancel(nearer));
    }
  }
}
