package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When timers fire: never early, at the end of the tick of the deadline, at any tick. */
class FiringTest {
  private static final long TICK = 1_000_000;

  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers = TimerService.builder().clock(clock).build();

  private final RunTimes task = new RunTimes(clock);

  @AfterEach
  void close() {
    timers.close();
  }

  @Test
  void schedule_delayOfWholeTicks_firesAtExactlyThatTime() {
    timers.schedule(Duration.ofMillis(10), task);
    clock.advance(Duration.ofNanos(10 * TICK - 1));
    assertEquals(List.of(), task.nanos());
    clock.advance(Duration.ofNanos(1));
    assertEquals(List.of(10 * TICK), task.nanos());
  }

  @Test
  void schedule_deadlineWithinATick_isRoundedUpToItsEnd() {
    clock.advance(Duration.ofNanos(300_000));
    timers.schedule(Duration.ofMillis(1), task);
    timers.schedule(1, NANOSECONDS, task);
    timers.schedule(Duration.ofNanos(700_000), task);
    timers.schedule(Duration.ofNanos(700_001), task);
    clock.advance(Duration.ofMillis(10));
    assertEquals(List.of(TICK, TICK, 2 * TICK, 2 * TICK), task.nanos());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 499_999, 1_000_000, 1_000_001, 77_999_999})
  void schedule_zeroOrNegativeDelay_firesAtTheNextTick(long nowNanos) {
    clock.advance(Duration.ofNanos(nowNanos));
    timers.schedule(Duration.ZERO, task);
    timers.schedule(Duration.ofNanos(-1), task);
    timers.schedule(Duration.ofSeconds(Long.MIN_VALUE), task);
    timers.schedule(0, MILLISECONDS, task);
    timers.schedule(Long.MIN_VALUE, TimeUnit.DAYS, task);
    timers.arm(0, NANOSECONDS, task);
    timers.arm(-5, MILLISECONDS, task);
    timers.arm(Long.MIN_VALUE, NANOSECONDS, task);
    long nextTickNanos = (nowNanos / TICK + 1) * TICK;
    clock.advance(Duration.ofNanos(nextTickNanos - 1 - nowNanos));
    assertEquals(List.of(), task.nanos());
    clock.advance(Duration.ofNanos(1));
    assertEquals(List.of(nextTickNanos), task.nanos().stream().distinct().toList());
    assertEquals(8, task.count());
  }

  @Test
  void schedule_zeroDelayFromATask_firesAtTheNextTickAndNotWithinThisOne() {
    timers.schedule(
        Duration.ofMillis(5),
        () -> {
          task.run();
          timers.schedule(Duration.ZERO, task);
        });
    clock.advance(Duration.ofMillis(50));
    assertEquals(List.of(5 * TICK, 6 * TICK), task.nanos());
  }

  @ParameterizedTest
  @ValueSource(
      longs = {10_000, 100_000, 150_001, 1_000_000, 7_000_000, 1_000_000_000, 3_600_000_000_000L})
  void schedule_randomDelaysAtAnyTick_fireAtTheFirstTickAtOrAfterTheDeadline(long tickNanos) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (TimerService ticking =
        TimerService.builder().clock(clock).tick(Duration.ofNanos(tickNanos)).build()) {
      TreeMap<Long, Integer> expected = new TreeMap<>();
      for (int i = 0; i < 400; i++) {
        clock.advance(Duration.ofNanos(random.nextLong(tickNanos / 100)));
        long delayNanos = random.nextLong(tickNanos << random.nextInt(12)) + 1;
        long deadlineNanos = clock.nanoTime() + delayNanos;
        long tick = Math.ceilDiv(deadlineNanos, tickNanos);
        expected.merge(tick * tickNanos, 1, Integer::sum);
        ticking.schedule(Duration.ofNanos(delayNanos), task);
      }
      clock.advance(Duration.ofNanos(tickNanos << 12));
      TreeMap<Long, Integer> actual = new TreeMap<>();
      task.nanos().forEach(nanos -> actual.merge(nanos, 1, Integer::sum));
      assertEquals(expected, actual, "seed " + seed);
      assertEquals(
          task.nanos().stream().sorted().toList(), task.nanos(), "out of order, seed " + seed);
    }
  }

  @Test
  void schedule_serviceMadeBetweenTicksOfAnother_countsTicksFromItsOwnMaking() {
    clock.advance(Duration.ofNanos(300_000));
    try (TimerService later = TimerService.builder().clock(clock).build()) {
      later.schedule(Duration.ofMillis(2), task);
      clock.advance(Duration.ofMillis(5));
      assertEquals(List.of(2_300_000L), task.nanos());
    }
  }

  @Test
  void schedule_moreTimersOfATickThanABatchHolds_allFireInThatTick() {
    int count = 10 * Batch.CAPACITY + 1;
    for (int i = 0; i < count; i++) {
      timers.arm(20, MILLISECONDS, task);
    }
    clock.advance(Duration.ofMillis(20));
    assertEquals(count, task.count());
    assertEquals(List.of(20 * TICK), task.nanos().stream().distinct().toList());
  }

  @Test
  void schedule_fromManyThreads_allFireInTheirTicks() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int number = 1; number <= 8; number++) {
      long delayMillis = number;
      threads.add(
          Thread.ofPlatform().start(() -> timers.schedule(delayMillis, MILLISECONDS, task)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    clock.advance(Duration.ofMillis(8));
    assertEquals(
        List.of(TICK, 2 * TICK, 3 * TICK, 4 * TICK, 5 * TICK, 6 * TICK, 7 * TICK, 8 * TICK),
        task.nanos());
  }

  @Test
  void schedule_earlierThanAllOthers_stillFiresInTime() {
    timers.schedule(Duration.ofDays(400), task);
    clock.advance(Duration.ofMinutes(1));
    timers.schedule(Duration.ofHours(1), task);
    clock.advance(Duration.ofMinutes(1));
    timers.schedule(Duration.ofMillis(1), task);
    clock.advance(Duration.ofDays(500));
    assertEquals(
        List.of(
            Duration.ofMinutes(2).plusMillis(1).toNanos(),
            Duration.ofMinutes(61).toNanos(),
            Duration.ofDays(400).toNanos()),
        task.nanos());
  }

  /**
   * Uses the difference of two readings, because the test and the service read the clock
   * separately.
   */
  @RealTime
  @Test
  void schedule_onTheSystemClock_isNeverEarly() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<Long> earlinessNanos = new ArrayList<>();
    try (TimerService real = TimerService.builder().tick(Duration.ofNanos(100_000)).build()) {
      List<java.util.concurrent.CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        long delayNanos = random.nextLong(100_000_000);
        long deadlineNanos = System.nanoTime() + delayNanos;
        all.add(
            real.after(Duration.ofNanos(delayNanos))
                .thenRun(() -> earlinessNanos.add(deadlineNanos - System.nanoTime())));
      }
      all.forEach(future -> future.orTimeout(10, TimeUnit.SECONDS).join());
    }
    // If a future completes before the callback is added, the callback runs here, which is later
    // still.
    assertTrue(
        earlinessNanos.stream().allMatch(nanos -> nanos <= 0), earlinessNanos + " seed " + seed);
  }
}
