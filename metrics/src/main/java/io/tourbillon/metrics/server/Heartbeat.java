package io.tourbillon.metrics.server;

import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a service still fires: arms a timer, and sees whether it has run. Does so when
 * it is asked and only then, and never has more than one pending. Thread-safe.
 */
final class Heartbeat {
  /** How long it waits for a timer just armed; it does not matter if that is not enough. */
  private static final Duration PATIENCE = Duration.ofMillis(50);

  private final TimerService timers;
  private final long limitNanos;
  private final LongSupplier nanoTime;

  /** Guarded by the monitor. */
  private @Nullable Beat last;

  Heartbeat(TimerService timers, Duration limit, LongSupplier nanoTime) {
    this.timers = timers;
    this.limitNanos = limit.toNanos();
    this.nanoTime = nanoTime;
  }

  /** What is the matter with the service. */
  Condition check() {
    if (timers.isShutdown()) {
      return Condition.CLOSED;
    }
    Beat beat;
    try {
      beat = pendingBeat();
    } catch (RejectedExecutionException e) {
      return timers.isShutdown() ? Condition.CLOSED : Condition.FULL;
    }
    if (beat.hasRun() || nanoTime.getAsLong() - beat.armedNanos <= limitNanos) {
      return Condition.UP;
    }
    return Condition.STALLED;
  }

  private Beat pendingBeat() {
    Beat beat;
    synchronized (this) {
      beat = last;
      if (beat == null || beat.hasRun()) {
        beat = new Beat(nanoTime.getAsLong());
        timers.arm(0, TimeUnit.NANOSECONDS, beat);
        last = beat;
      }
    }
    beat.await();
    return beat;
  }

  private static final class Beat implements Runnable {
    private final CountDownLatch ran = new CountDownLatch(1);
    private final long armedNanos;

    Beat(long armedNanos) {
      this.armedNanos = armedNanos;
    }

    @Override
    public void run() {
      ran.countDown();
    }

    boolean hasRun() {
      return ran.getCount() == 0;
    }

    void await() {
      try {
        boolean inTime = ran.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        assert !inTime || hasRun();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
