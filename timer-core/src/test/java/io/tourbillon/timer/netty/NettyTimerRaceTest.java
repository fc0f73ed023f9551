package io.tourbillon.timer.netty;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Real threads, real time: every timeout ends in exactly one way. */
@org.junit.jupiter.api.Timeout(120)
class NettyTimerRaceTest {
  private static final int THREADS = 3;
  private static final int TIMEOUTS = 2_000;

  /** A task and what happened to it. */
  private static final class Counted implements TimerTask {
    final AtomicInteger runs = new AtomicInteger();
    final AtomicInteger told = new AtomicInteger();
    Timeout timeout;
    boolean cancelled;

    @Override
    public void run(Timeout timeout) {
      runs.incrementAndGet();
    }

    @Override
    public void cancelled(Timeout timeout) {
      told.incrementAndGet();
    }

    int endings(Set<Timeout> stopped) {
      return runs.get() + (cancelled ? 1 : 0) + (stopped.contains(timeout) ? 1 : 0);
    }

    boolean isTrue(Set<Timeout> stopped) {
      return timeout.isExpired() == (runs.get() == 1)
          && timeout.isCancelled() == (cancelled || stopped.contains(timeout))
          && told.get() == (cancelled && NettyLine.tellsTasks() ? 1 : 0);
    }
  }

  private static void armAndCancel(Timer timer, List<Counted> accepted) {
    SplittableRandom random = new SplittableRandom(Thread.currentThread().threadId());
    try {
      for (int number = 0; number < TIMEOUTS; number++) {
        Counted task = new Counted();
        // If a timeout with a long delay were lost, it would stay pending.
        int delayMicros = random.nextBoolean() ? random.nextInt(2_000) : 100_000_000;
        task.timeout = timer.newTimeout(task, delayMicros, MICROSECONDS);
        accepted.add(task);
        task.cancelled = random.nextInt(3) == 0 && task.timeout.cancel();
      }
    } catch (IllegalStateException stopped) {
      // This is the end that the other threads wait for.
    }
  }

  private static TimerService service(ExecutorService pool) {
    TimerService.Builder builder = TimerService.builder().tick(Duration.ofNanos(100_000));
    return pool == null ? builder.build() : builder.executor(pool).build();
  }

  /** Counts timeouts that did not end, ended twice, or report another end than they had. */
  private static int untrueTimeouts(UnaryOperator<Timer> timerOf, int rounds) throws Exception {
    int untrue = 0;
    int stoppedInAll = 0;
    for (int round = 0; round < rounds; round++) {
      List<Counted> accepted = Collections.synchronizedList(new ArrayList<>());
      Set<Timeout> stopped = new HashSet<>();
      try (ExecutorService pool = round % 2 == 0 ? null : Executors.newFixedThreadPool(2);
          TimerService timers = service(pool)) {
        Timer timer = timerOf.apply(new NettyTimer(timers));
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
          threads.add(Thread.ofPlatform().start(() -> armAndCancel(timer, accepted)));
        }
        long endNanos = System.nanoTime() + MICROSECONDS.toNanos(100L * round);
        while (System.nanoTime() < endNanos) {
          Thread.onSpinWait();
        }
        stopped.addAll(timer.stop());
        for (Thread thread : threads) {
          thread.join();
        }
        assertEquals(0, timers.pending());
      }
      stoppedInAll += stopped.size();
      for (Counted task : accepted) {
        untrue += task.endings(stopped) == 1 && task.isTrue(stopped) ? 0 : 1;
      }
    }
    assertTrue(stoppedInAll > 0, "no round met a pending timeout");
    return untrue;
  }

  @Test
  void stop_racingNewTimeoutCancelAndRun_everyTimeoutEndsOnceAndSaysSo() throws Exception {
    assertEquals(0, untrueTimeouts(timer -> timer, 60));
  }

  @Test
  void stop_brokenTwinIsCaught() throws Exception {
    assertTrue(untrueTimeouts(Forgetful::new, 10) > 0);
  }

  @Test
  void serviceShutdown_racingNewTimeout_noTimeoutIsLeftPending() throws Exception {
    for (int round = 0; round < 60; round++) {
      List<Counted> accepted = Collections.synchronizedList(new ArrayList<>());
      try (TimerService timers = service(null)) {
        NettyTimer timer = new NettyTimer(timers);
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < THREADS; number++) {
          threads.add(Thread.ofPlatform().start(() -> armAndCancel(timer, accepted)));
        }
        long endNanos = System.nanoTime() + MICROSECONDS.toNanos(100L * round);
        while (System.nanoTime() < endNanos) {
          Thread.onSpinWait();
        }
        timers.shutdownNow();
        for (Thread thread : threads) {
          thread.join();
        }
      }
      for (Counted task : accepted) {
        assertFalse(task.timeout.isExpired() && task.timeout.isCancelled());
        assertTrue(task.timeout.isExpired() || task.timeout.isCancelled());
        assertEquals(task.runs.get() == 1, task.timeout.isExpired());
      }
    }
  }

  /** Omits one of the timeouts that stop must return. */
  private record Forgetful(Timer timer) implements Timer {
    @Override
    public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
      return timer.newTimeout(task, delay, unit);
    }

    @Override
    public Set<Timeout> stop() {
      Set<Timeout> timeouts = new HashSet<>(timer.stop());
      timeouts.stream().findAny().ifPresent(timeouts::remove);
      return timeouts;
    }
  }
}
