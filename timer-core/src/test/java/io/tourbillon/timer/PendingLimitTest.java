package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The limit on pending timers is exact, and a timer that ends makes room at once. */
class PendingLimitTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers =
      TimerService.builder()
          .clock(clock)
          .maxPending(3)
          .exceptionHandler((task, error) -> {})
          .build();

  @AfterEach
  void close() {
    timers.close();
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  private void fill() {
    while (timers.pending() < 3) {
      timers.schedule(Duration.ofHours(1), NOTHING);
    }
  }

  /** Checks that the service is full except for this many timers. Leaves it as it is. */
  private void assertFree(int free) {
    List<TimerHandle> accepted = new ArrayList<>();
    for (int i = 0; i < free; i++) {
      accepted.add(timers.schedule(Duration.ofHours(1), NOTHING));
    }
    assertThrows(
        RejectedExecutionException.class, () -> timers.schedule(Duration.ofHours(1), NOTHING));
    accepted.forEach(timer -> assertTrue(timer.cancel()));
  }

  @Test
  void schedule_oneMoreThanTheLimit_isRefusedWithAMessageThatNamesIt() {
    fill();
    RejectedExecutionException refusal =
        assertThrows(RejectedExecutionException.class, () -> timers.schedule(TEN, NOTHING));
    assertEquals("at most maxPending timers at once: 3", refusal.getMessage());
    assertEquals(3, timers.pending());
  }

  @Test
  void everyWayToArm_oneMoreThanTheLimit_isRefused() {
    fill();
    List<Runnable> ways =
        List.of(
            () -> timers.schedule(TEN, NOTHING),
            () -> timers.schedule(10, MILLISECONDS, NOTHING),
            () -> timers.schedule(TEN, NOTHING, TimerOptions.tagged("tag")),
            () -> timers.scheduleAtFixedRate(TEN, TEN, NOTHING),
            () -> timers.scheduleAtFixedRate(TEN, TEN, NOTHING, TimerOptions.defaults()),
            () -> timers.scheduleWithFixedDelay(TEN, TEN, NOTHING),
            () -> timers.scheduleWithFixedDelay(TEN, TEN, NOTHING, TimerOptions.defaults()),
            () -> timers.arm(10, MILLISECONDS, NOTHING),
            () -> timers.armAt(10, NOTHING),
            () -> timers.after(TEN).isDone(),
            () -> timers.timeout(new CompletableFuture<>(), TEN).isDone());
    for (Runnable way : ways) {
      assertThrows(RejectedExecutionException.class, way::run);
      assertEquals(3, timers.pending());
    }
    assertFree(0);
  }

  @Test
  void cancel_byHandleOrId_freesThePlaceAtOnce() {
    TimerHandle handle = timers.schedule(TEN, NOTHING);
    long id = timers.arm(10, MILLISECONDS, NOTHING);
    TimerHandle periodic = timers.scheduleAtFixedRate(TEN, TEN, NOTHING);
    assertFree(0);
    handle.cancel();
    assertFree(1);
    timers.cancel(id);
    assertFree(2);
    periodic.cancel();
    assertFree(3);
    handle.cancel();
    timers.cancel(id);
    periodic.cancel();
    assertFree(3);
  }

  @Test
  void cancel_ofAFuture_freesThePlaceAtOnce() {
    CompletableFuture<Void> after = timers.after(TEN);
    CompletableFuture<String> stage = new CompletableFuture<>();
    CompletableFuture<String> timeout = timers.timeout(stage, TEN);
    assertFree(1);
    after.cancel(false);
    assertFree(2);
    stage.complete("in time");
    assertEquals("in time", timeout.join());
    assertFree(3);
  }

  @Test
  void fire_beforeTheTaskRuns_hasFreedThePlace() {
    AtomicInteger seen = new AtomicInteger();
    try (TimerService one = TimerService.builder().clock(clock).maxPending(1).build()) {
      one.schedule(
          TEN, () -> one.schedule(TEN, () -> one.arm(10, MILLISECONDS, seen::incrementAndGet)));
      advanceMillis(100);
    }
    assertEquals(1, seen.get());
  }

  @Test
  void fire_manyTimersOfOneTick_freesAllTheirPlaces() {
    for (int round = 0; round < 3; round++) {
      timers.schedule(TEN, NOTHING);
      timers.arm(10, MILLISECONDS, NOTHING);
      timers.after(TEN).isDone();
      assertFree(0);
      advanceMillis(10);
      assertFree(3);
    }
  }

  @Test
  void schedule_refusedForAnotherReason_givesThePlaceBack() {
    try (TimerService one = TimerService.builder().clock(clock).maxPending(1).build()) {
      one.shutdownNow();
      for (int i = 0; i < 3; i++) {
        for (Executable way :
            List.<Executable>of(
                () -> one.schedule(TEN, NOTHING), () -> one.arm(1, MILLISECONDS, NOTHING))) {
          // If the place were not given back, the limit would be the reason from the second time
          // on.
          assertEquals(
              "the timer service has been shut down",
              assertThrows(RejectedExecutionException.class, way).getMessage());
        }
      }
    }
  }

  @Test
  void reschedule_always_keepsThePlaceAndTakesNoOther() {
    TimerHandle handle = timers.schedule(TEN, NOTHING);
    long id = timers.arm(10, MILLISECONDS, NOTHING);
    for (int i = 0; i < 10; i++) {
      assertTrue(handle.reschedule(Duration.ofMillis(20)));
      assertTrue(timers.rearm(id, 20, MILLISECONDS));
    }
    assertFree(1);
    advanceMillis(20);
    assertFree(3);
  }

  @Test
  void periodic_betweenAndDuringRuns_holdsOnePlace() {
    List<Object> seen = new ArrayList<>();
    try (TimerService one = TimerService.builder().clock(clock).maxPending(1).build()) {
      one.scheduleAtFixedRate(
          TEN,
          TEN,
          () -> {
            assertThrows(RejectedExecutionException.class, () -> one.schedule(TEN, NOTHING));
            seen.add("refused");
          });
      advanceMillis(25);
      assertThrows(RejectedExecutionException.class, () -> one.schedule(TEN, NOTHING));
    }
    assertEquals(List.of("refused", "refused"), seen);
  }

  @Test
  void periodic_anyEnd_freesThePlaceOnce() {
    TimerOptions stop = TimerOptions.builder().onException(OnException.STOP).build();
    Runnable failing =
        () -> {
          throw new IllegalStateException("once");
        };
    timers.scheduleAtFixedRate(TEN, TEN, failing, stop);
    TimerHandle[] self = new TimerHandle[2];
    self[0] = timers.scheduleAtFixedRate(TEN, TEN, () -> self[0].cancel());
    self[1] =
        timers.scheduleWithFixedDelay(
            TEN,
            TEN,
            () -> {
              self[1].cancel();
              throw new IllegalStateException("and cancelled");
            },
            stop);
    assertFree(0);
    advanceMillis(10);
    assertFree(3);
    advanceMillis(100);
    assertFree(3);
  }

  @Test
  void schedule_manyThreads_neverExceedTheLimitAndAlwaysReachIt() throws InterruptedException {
    int limit = 5;
    AtomicInteger live = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    try (TimerService limited = TimerService.builder().clock(clock).maxPending(limit).build()) {
      List<Thread> threads = new ArrayList<>();
      for (int number = 0; number < 4; number++) {
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      List<Long> own = new ArrayList<>();
                      for (int round = 0; round < 20_000; round++) {
                        try {
                          own.add(limited.arm(1, HOURS, NOTHING));
                          // A timer is counted after it was accepted and until before it is
                          // cancelled, so this is never more than the number pending.
                          int now = live.incrementAndGet();
                          most.accumulateAndGet(now, Math::max);
                        } catch (RejectedExecutionException full) {
                          refused.incrementAndGet();
                        }
                        if (own.size() > round % 3) {
                          live.decrementAndGet();
                          limited.cancel(own.removeFirst());
                        }
                      }
                      live.addAndGet(-own.size());
                      own.forEach(limited::cancel);
                    }));
      }
      while (threads.stream().anyMatch(Thread::isAlive)) {
        // pending() counts shard by shard. A place that moves to another shard meanwhile may count
        // twice, so the threads themselves check the limit.
        long pending = limited.pending();
        assertTrue(pending >= 0, "pending " + pending);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertTrue(most.get() <= limit, "at once: " + most);
      assertTrue(refused.get() > 0, "the limit was never reached");
      assertEquals(0, limited.pending());
      for (int i = 0; i < limit; i++) {
        limited.arm(1, HOURS, NOTHING);
      }
      assertThrows(RejectedExecutionException.class, () -> limited.arm(1, HOURS, NOTHING));
    }
  }
}
