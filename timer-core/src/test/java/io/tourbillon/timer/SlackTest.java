package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Timers that may fire somewhat later, together with others. */
class SlackTest {
  private static final long MILLI = 1_000_000;

  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers = TimerService.builder().clock(clock).build();
  private final List<Long> firedAtMillis = new ArrayList<>();

  @AfterEach
  void close() {
    timers.close();
  }

  private static TimerOptions slack(long millis) {
    return TimerOptions.builder().slack(Duration.ofMillis(millis)).build();
  }

  private TimerHandle schedule(long delayMillis, long slackMillis) {
    return timers.schedule(Duration.ofMillis(delayMillis), this::fired, slack(slackMillis));
  }

  private void fired() {
    firedAtMillis.add(clock.nanoTime() / MILLI);
  }

  @Test
  void roundestTick_isTheOneAmongAllInTheSlackThatIsDivisibleByTheHighestPowerOfTwo() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TickScale scale = new TickScale(0, MILLI);
    for (int i = 0; i < 20_000; i++) {
      long deadline = 1 + random.nextLong(3000 * MILLI);
      long slack = random.nextLong(600 * MILLI);
      long expected = scale.tickAtOrAfter(deadline);
      for (long tick = expected; tick * MILLI <= deadline + slack; tick++) {
        if (Long.numberOfTrailingZeros(tick) > Long.numberOfTrailingZeros(expected)) {
          expected = tick;
        }
      }
      assertEquals(expected, scale.roundestTick(deadline, slack), "seed " + seed + ", round " + i);
    }
  }

  @Test
  void roundestTick_atTheEndOfTheRange_isNotBeforeTheDeadline() {
    TickScale scale = new TickScale(0, MILLI);
    long last = scale.tickAtOrAfter(Long.MAX_VALUE);
    assertEquals(last, scale.roundestTick(Long.MAX_VALUE, Long.MAX_VALUE));
    assertTrue(scale.roundestTick(1, Long.MAX_VALUE) >= 1);
  }

  @Test
  void slack_manyTimers_fireInFewTicksAndNoneBeforeItsDeadlineOrAfterItsSlack() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    TreeSet<Long> ticks = new TreeSet<>();
    for (int i = 0; i < 500; i++) {
      long delay = 1000 + random.nextLong(1000);
      timers.schedule(
          Duration.ofMillis(delay),
          () -> {
            long now = clock.nanoTime() / MILLI;
            ticks.add(now);
            assertTrue(now >= delay && now <= delay + 100, "seed " + seed + ": " + now);
          },
          slack(100));
    }
    clock.advance(Duration.ofSeconds(3));
    assertEquals(0, timers.pending());
    // A multiple of 64 is within reach of every deadline.
    assertTrue(ticks.size() <= 1 + 1100 / 64, ticks::toString);
  }

  @Test
  void slack_shorterThanATick_hasNoEffect() {
    timers.schedule(
        Duration.ofMillis(7),
        this::fired,
        TimerOptions.builder().slack(Duration.ofNanos(999_999)).build());
    clock.advance(Duration.ofMillis(20));
    assertEquals(List.of(7L), firedAtMillis);
  }

  @Test
  void slack_rescheduled_isKept() {
    TimerHandle timer = schedule(5, 20);
    assertEquals(Duration.ofMillis(16), timer.remaining());
    assertTrue(timer.reschedule(Duration.ofMillis(33)));
    assertEquals(Duration.ofMillis(48), timer.remaining());
    clock.advance(Duration.ofMillis(100));
    assertEquals(List.of(48L), firedAtMillis);
  }

  @Test
  void slack_periodicTimer_delaysRunsButNotTheirDeadlines() {
    timers.scheduleAtFixedRate(Duration.ofMillis(10), Duration.ofMillis(10), this::fired, slack(6));
    clock.advance(Duration.ofMillis(60));
    // Deadlines 10, 20, 30, 40, 50, with up to 6 ms more each.
    assertEquals(List.of(16L, 24L, 32L, 40L, 56L), firedAtMillis);
  }

  @Test
  void slack_ofThePeriodOrMore_isRefusedForPeriodicTimers() {
    Duration period = Duration.ofMillis(10);
    assertEquals(
        "slack must be shorter than the period PT0.01S: PT0.01S",
        assertThrows(
                IllegalArgumentException.class,
                () -> timers.scheduleAtFixedRate(period, period, this::fired, slack(10)))
            .getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> timers.scheduleWithFixedDelay(period, period, this::fired, slack(11)));
    assertEquals(0, timers.pending());
  }

  @Test
  void slack_negative_isRefused() {
    TimerOptions.Builder options = TimerOptions.builder();
    assertEquals(
        "slack must not be negative: PT-0.001S",
        assertThrows(IllegalArgumentException.class, () -> options.slack(Duration.ofMillis(-1)))
            .getMessage());
  }
}
