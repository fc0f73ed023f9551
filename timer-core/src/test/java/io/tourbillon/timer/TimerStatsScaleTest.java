package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.TickScale;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Statistics of many timers and of several threads. */
class TimerStatsScaleTest {
  private static final int THREADS = 4;
  private static final int TIMERS_OF_A_THREAD = 50_000;
  private static final int TEN_MILLION = 10_000_000;
  private static final int READINGS = 101;
  private static final long MAX_DELAY_MILLIS = 86_400_000;

  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers = TimerService.builder().clock(clock).recordStats().build();

  @AfterEach
  void close() {
    timers.close();
  }

  private static List<Thread> start(Runnable body) {
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < THREADS; number++) {
      threads.add(Thread.ofPlatform().start(body));
    }
    return threads;
  }

  private static void join(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Arms timers of all levels up to a day and cancels every third. */
  private void armAndCancel(SplittableRandom random, int count) {
    for (int i = 0; i < count; i++) {
      long id = timers.arm(1 + random.nextLong(MAX_DELAY_MILLIS), MILLISECONDS, NOTHING);
      if (i % 3 == 0) {
        timers.cancel(id);
      }
    }
  }

  @Test
  void stats_manyTimersOfSeveralThreads_areExact() throws InterruptedException {
    join(start(() -> armAndCancel(new SplittableRandom(1), TIMERS_OF_A_THREAD)));
    TimerStats stats = timers.stats();
    long scheduled = (long) THREADS * TIMERS_OF_A_THREAD;
    long cancelled = (long) THREADS * ((TIMERS_OF_A_THREAD + 2) / 3);
    assertEquals(scheduled, stats.scheduled());
    assertEquals(cancelled, stats.cancelled());
    assertEquals(scheduled - cancelled, stats.pending());
    assertEquals(stats.pending(), stats.pendingByLevel().stream().mapToLong(Long::longValue).sum());
  }

  @Test
  void stats_whileTimersComeAndGo_neverGoBack() throws InterruptedException {
    AtomicBoolean enough = new AtomicBoolean();
    List<Thread> threads =
        start(
            () -> {
              SplittableRandom random = new SplittableRandom(1);
              while (!enough.get()) {
                armAndCancel(random, 100);
              }
            });
    TimerStats before = timers.stats();
    for (int reading = 0; reading < 300; reading++) {
      TimerStats after = timers.stats();
      assertTrue(after.scheduled() >= before.scheduled(), before + ", then " + after);
      assertTrue(after.cancelled() >= before.cancelled(), before + ", then " + after);
      assertEquals(after.scheduled(), after.cancelled() + after.pending());
      before = after;
    }
    enough.set(true);
    join(threads);
  }

  /**
   * One thread arms them, so that one shard has them all. The time for that shard is an upper limit
   * of how long its lock was held.
   */
  @Test
  @Tag("long")
  void stats_tenMillionPending_takeMillisecondsAndOneShardAFractionOfThat() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < TEN_MILLION; i++) {
      timers.arm(1 + random.nextLong(MAX_DELAY_MILLIS), MILLISECONDS, NOTHING);
    }
    double statsMillis = medianMillis(() -> assertEquals(TEN_MILLION, timers.stats().pending()));
    double shardMillis = 0;
    for (Shard shard : Internals.shards(timers)) {
      StatsSnapshot snapshot = new StatsSnapshot(new TickScale(0, 1), Long.MAX_VALUE, 0);
      shardMillis = Math.max(shardMillis, medianMillis(() -> shard.addTo(snapshot)));
    }
    String measured = String.format("stats: %.3f ms, one shard: %.3f ms", statsMillis, shardMillis);
    System.out.println(measured);
    assertTrue(statsMillis < 10, measured);
    assertTrue(shardMillis < 1, measured);
  }

  private static double medianMillis(Runnable body) {
    long[] nanos = new long[READINGS];
    for (int reading = 0; reading < READINGS; reading++) {
      long startNanos = System.nanoTime();
      body.run();
      nanos[reading] = System.nanoTime() - startNanos;
    }
    Arrays.sort(nanos);
    return nanos[READINGS / 2] / 1e6;
  }
}
