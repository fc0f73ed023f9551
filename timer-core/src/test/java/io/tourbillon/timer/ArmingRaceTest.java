package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads arm timers against the limit, and against a virtual clock that advances. */
@RealTime
@Timeout(120)
class ArmingRaceTest {
  private static final Duration TICK = Duration.ofNanos(100_000);
  private static final int THREADS = 3;

  @Test
  void permits_threadsRacingOverTheEndOfTheirTimers_allComeBack() throws InterruptedException {
    int limit = 16;
    try (TimerService timers = TimerService.builder().tick(TICK).maxPending(limit).build()) {
      Queue<TimerHandle> handles = new ConcurrentLinkedQueue<>();
      List<Thread> threads = new ArrayList<>();
      for (int number = 0; number < THREADS; number++) {
        long seed = number;
        threads.add(Thread.ofPlatform().start(() -> fillAndCancel(timers, handles, seed)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      handles.forEach(TimerHandle::cancel);
      long startNanos = System.nanoTime();
      while (timers.pending() > 0) {
        assertTrue(System.nanoTime() - startNanos < SECONDS.toNanos(20), "not all have ended");
        Thread.onSpinWait();
      }
      // The driver releases permits just after it has taken a batch.
      List<Long> ids = new ArrayList<>();
      while (ids.size() < limit) {
        assertTrue(System.nanoTime() - startNanos < SECONDS.toNanos(20), "a permit is lost");
        try {
          ids.add(timers.arm(1, HOURS, NOTHING));
        } catch (RejectedExecutionException notYet) {
          Thread.onSpinWait();
        }
      }
      assertThrows(RejectedExecutionException.class, () -> timers.arm(1, HOURS, NOTHING));
    }
  }

  private static void fillAndCancel(TimerService timers, Queue<TimerHandle> handles, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 30_000; i++) {
      Duration delay = Duration.ofNanos(random.nextLong(400_000));
      try {
        handles.add(
            random.nextInt(4) == 0
                ? timers.scheduleAtFixedRate(delay, TICK, NOTHING)
                : timers.schedule(delay, NOTHING));
      } catch (RejectedExecutionException full) {
        TimerHandle any = handles.poll();
        if (any != null) {
          any.cancel();
        }
      }
    }
  }

  @Test
  void schedule_whileAnotherThreadMovesTheVirtualClock_isNeverEarlyAndNeverLost()
      throws InterruptedException {
    VirtualClock clock = new VirtualClock(Long.MAX_VALUE - 50_000_000);
    AtomicInteger accepted = new AtomicInteger();
    AtomicInteger fired = new AtomicInteger();
    Queue<Long> earlyNanos = new ConcurrentLinkedQueue<>();
    try (TimerService timers = TimerService.builder().clock(clock).tick(TICK).build()) {
      List<Thread> threads = new ArrayList<>();
      for (int number = 0; number < THREADS; number++) {
        Random random = new Random(number);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 5000; i++) {
                        long delayNanos = random.nextLong(3_000_000);
                        long deadlineNanos = clock.nanoTime() + delayNanos;
                        timers.schedule(
                            Duration.ofNanos(delayNanos),
                            () -> {
                              fired.incrementAndGet();
                              if (clock.nanoTime() - deadlineNanos < 0) {
                                earlyNanos.add(deadlineNanos - clock.nanoTime());
                              }
                            });
                        accepted.incrementAndGet();
                      }
                    }));
      }
      while (threads.stream().anyMatch(Thread::isAlive)) {
        clock.advance(Duration.ofNanos(70_000));
      }
      clock.advance(Duration.ofMillis(4));
      assertEquals(accepted.get(), fired.get());
      assertEquals(List.of(), List.copyOf(earlyNanos));
      assertEquals(0, timers.pending());
    }
  }
}
