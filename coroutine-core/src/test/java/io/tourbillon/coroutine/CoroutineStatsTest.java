package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.Distribution;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CoroutineStatsTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .clock(clock)
          .recordStats()
          .exceptionHandler((coroutine, failure) -> {})
          .build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Returns the statistics after the loop has done everything that is due now. */
  private CoroutineStats stats() {
    clock.advance(Duration.ZERO);
    return scheduler.stats();
  }

  @Test
  void stats_ofANewScheduler_areZero() {
    CoroutineStats stats = stats();
    assertEquals(0, stats.spawned());
    assertEquals(Map.of("call", 0L, "future", 0L, "close", 0L), stats.cancelled());
    assertEquals(List.of("coroutine-loop-0"), stats.loops().stream().map(LoopStats::name).toList());
    assertEquals(0, stats.turnNanos().count());
  }

  @Test
  void ends_areCountedByHowTheyCame() {
    Coroutine<?> done = scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(5)));
    Coroutine<?> failed =
        scheduler.spawn(
            () -> {
              throw new IOException("broken");
            });
    Coroutine<?> called = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    CompletableFuture<?> future =
        scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1))).toFuture();
    scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    clock.advance(Duration.ofMillis(10));
    called.cancel();
    future.cancel(false);
    clock.advance(Duration.ofMillis(10));
    done.join();
    assertThrows(RuntimeException.class, failed::join);

    CoroutineStats stats = stats();
    assertEquals(5, stats.spawned());
    assertEquals(1, stats.finished());
    assertEquals(1, stats.failed());
    assertEquals(Map.of("call", 1L, "future", 1L, "close", 0L), stats.cancelled());
    assertEquals(1, stats.suspended());
    assertEquals(0, stats.created() + stats.ready() + stats.running());

    assertTrue(scheduler.close(Duration.ZERO));
    CoroutineStats closed = scheduler.stats();
    assertEquals(1L, closed.cancelled().get("close"));
    assertEquals(0, closed.suspended());
  }

  @Test
  void timeouts_areCounted() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () ->
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofMillis(5), () -> Coroutines.delay(Duration.ofHours(1)))));
    clock.advance(Duration.ofMillis(10));
    coroutine.join();
    assertEquals(1, stats().timeouts());
  }

  @Tag("not-plain-thread")
  @Test
  void states_areSeenFromOutside() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CoroutineScheduler real = TestSchedulers.oneLoop();
    try (real) {
      Coroutine<?> sleeper = real.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
      TestSchedulers.awaitSuspended(sleeper);
      real.spawn(
          () -> {
            running.countDown();
            while (release.getCount() > 0) {
              Thread.onSpinWait();
            }
          });
      running.await();
      real.spawn(() -> {});
      CoroutineStats stats = real.stats();
      assertEquals(1, stats.suspended());
      assertEquals(1, stats.running());
      assertEquals(1, stats.created());
      assertEquals(1, stats.loops().getFirst().mailbox());
      release.countDown();
      sleeper.cancel();
    }
  }

  /** Each turn counts once, even if turns are averaged. */
  @Tag("not-plain-thread")
  @Test
  void turns_areCountedAndMeasured() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              for (int turn = 1; turn < 1000; turn++) {
                Coroutines.yieldNow();
              }
            });
    clock.advance(Duration.ZERO);
    coroutine.join();
    CoroutineStats stats = stats();
    assertEquals(1000, stats.switches());
    assertEquals(1000, stats.turnNanos().count());
    assertTrue(stats.waitNanos().count() > 0, "no wait was measured");
  }

  @Tag("not-plain-thread")
  @Test
  void lateness_isFromTheEndOfTheTickOn() {
    for (int millis = 1; millis <= 3; millis++) {
      long delayMillis = millis;
      scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(delayMillis)));
    }
    clock.advance(Duration.ofMillis(10));
    Distribution lateness = stats().latenessNanos();
    assertEquals(3, lateness.count());
    assertEquals(0, lateness.max());
  }

  @Tag("not-plain-thread")
  @Test
  void busyTime_isThatOfLongTurns() throws Exception {
    try (CoroutineScheduler real = TestSchedulers.oneLoop()) {
      real.spawn(
              () -> {
                long endNanos = System.nanoTime() + 50_000_000;
                while (System.nanoTime() < endNanos) {
                  Thread.onSpinWait();
                }
              })
          .join(PATIENCE);
      long busyNanos = 0;
      while (busyNanos < 50_000_000) {
        long now = real.stats().loops().getFirst().busyNanos();
        assertTrue(now >= busyNanos, "it has gone down");
        busyNanos = now;
      }
    }
  }

  @Tag("not-plain-thread")
  @Test
  void stalls_areCounted() throws Exception {
    AtomicInteger told = new AtomicInteger();
    try (CoroutineScheduler real =
        TestSchedulers.builder()
            .loops(1)
            .watchdog(Duration.ofMillis(1))
            .stallHandler(stall -> told.incrementAndGet())
            .build()) {
      Coroutine<?> hog =
          real.spawn(
              () -> {
                while (real.stats().stalls() == 0) {
                  Thread.onSpinWait();
                }
              });
      hog.join(PATIENCE);
      // A stall is counted before it is reported, and a busy machine may have more of them.
      while (told.get() < real.stats().stalls()) {
        Thread.onSpinWait();
      }
      assertTrue(told.get() >= 1);
      assertTrue(told.get() <= real.stats().loops().getFirst().stalls());
    }
  }

  /** Reading statistics and the loop never wait for each other, and no count is lost. */
  @Tag("not-plain-thread")
  @Test
  void stats_takenAllTheWhile_loseNothing() throws Exception {
    List<Coroutine<?>> all = new ArrayList<>();
    CoroutineScheduler real = TestSchedulers.builder().loops(2).recordStats().build();
    for (int number = 0; number < 100; number++) {
      all.add(
          real.spawn(
              () -> {
                for (int turn = 1; turn < 200; turn++) {
                  Coroutines.yieldNow();
                }
              }));
    }
    long before = 0;
    while (real.stats().finished() < 100) {
      long turns = real.stats().turnNanos().count();
      assertTrue(turns >= before, "it has gone down");
      before = turns;
    }
    for (Coroutine<?> coroutine : all) {
      coroutine.join(PATIENCE);
    }
    while (real.stats().switches() < 20_000) {
      Thread.onSpinWait();
    }
    assertEquals(20_000, real.stats().switches());
    assertEquals(20_000, real.stats().turnNanos().count());
    real.close();
  }
}
