package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds threads that wait by the system's clock while their loop uses another clock, such as a
 * virtual one. {@link Thread#sleep} and the timed waits of java.util.concurrent read {@link
 * System#nanoTime} when they are woken, and wait again for the time that is left. Where virtual
 * time leaps, they would do so forever.
 *
 * <p>Such a thread is recognised by its waits. Each lasts to its end, and is shorter than the one
 * before by at most the real time that has passed. This happens several times in a row, or once by
 * almost exactly that time. The loop reports the thread and lets it wait in real time.
 */
@LoopConfined
final class RealTimeWaits {
  /** This many remainders in a row are no coincidence. */
  private static final int MOST = 3;

  /**
   * One remainder is no coincidence if it is shorter by this and by most of the time that passed.
   */
  private static final long EXACT_NANOS = 10_000_000;

  /** The tolerance: a thread reads the clock a moment before its wait begins. */
  private static final long SLACK_NANOS = 1_000_000;

  /** A wait of 146 years or more counts as unlimited: time must not leap to its end. */
  private static final long UNLIMITED_NANOS = Long.MAX_VALUE / 2;

  private final EventLoop loop;

  /** Histories by coroutine, or by the continuation of another virtual thread. */
  private final Map<Object, History> histories = new WeakHashMap<>();

  RealTimeWaits(EventLoop loop) {
    this.loop = loop;
  }

  /** Begins a timed wait, by the clock that the waiter uses. */
  ScheduledFuture<?> begin(Object waiter, Runnable expiry, long delayNanos) {
    if (delayNanos >= UNLIMITED_NANOS) {
      histories.remove(waiter);
      return new TimedWait(loop, expiry);
    }
    History history = histories.computeIfAbsent(waiter, _ -> new History());
    boolean wasKnown = history.remainders >= MOST;
    int remainders = history.next(delayNanos, System.nanoTime());
    if (remainders >= MOST && !wasKnown) {
      loop.waitsInRealTime(waiter instanceof LoopTask coroutine ? coroutine : null);
    }
    if (remainders >= MOST) {
      try {
        return ForkJoinPool.commonPool().schedule(expiry, delayNanos, TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException full) {
        // Falls back to the loop's clock, since a wait must not be refused.
      }
    }
    TimedWait wait = new TimedWait(loop, expiry);
    wait.begin(delayNanos);
    history.last = wait;
    return wait;
  }

  /** The last wait of a thread, and how many waits in a row were remainders. */
  private static final class History {
    private @Nullable TimedWait last;
    private long beginNanos;
    private long delayNanos;
    private int remainders;

    /**
     * Records the next wait. Returns how many waits in a row, up to this one, were the remainder of
     * the one before.
     *
     * @param delayNanos the length of the wait
     * @param nowNanos the reading of the system's clock
     */
    int next(long delayNanos, long nowNanos) {
      long shorterNanos = this.delayNanos - delayNanos;
      long passedNanos = nowNanos - beginNanos;
      boolean isRemainder =
          last != null
              && last.hasExpired()
              && shorterNanos > 0
              && shorterNanos <= passedNanos + SLACK_NANOS;
      boolean isExact =
          shorterNanos > EXACT_NANOS && passedNanos - shorterNanos <= SLACK_NANOS + passedNanos / 4;
      if (!isRemainder) {
        remainders = 0;
      } else if (isExact) {
        remainders = Math.max(MOST, remainders + 1);
      } else {
        remainders++;
      }
      this.delayNanos = delayNanos;
      beginNanos = nowNanos;
      return remainders;
    }
  }
}
