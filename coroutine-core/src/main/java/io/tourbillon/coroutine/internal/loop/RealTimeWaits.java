package io.tourbillon.coroutine.internal.loop;

import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds threads that wait by the real clock while their loop goes by another, such as a virtual
 * one. {@link Thread#sleep} and the timed waits of java.util.concurrent read {@link
 * System#nanoTime} when they are woken, and wait again for what they find is left: where time leaps
 * they would do nothing else. They show themselves by waits that each last to their end, and are
 * shorter than the one before by no more than the real time that has passed: several times in a
 * row, or once by just about that. Such a thread is reported, and waits in real time.
 *
 * <p>The loop's own.
 */
final class RealTimeWaits {
  /** So many remainders in a row are no accident. */
  private static final int MOST = 3;

  /** And one is none, if it is shorter by as much as that, and by most of the time that passed. */
  private static final long EXACT_NANOS = 10_000_000;

  /** A thread reads the clock a moment before its wait begins. */
  private static final long SLACK_NANOS = 1_000_000;

  /** A wait of 146 years or more is one without limit: time must not leap to its end. */
  private static final long UNLIMITED_NANOS = Long.MAX_VALUE / 2;

  private final EventLoop loop;

  /** By the coroutine, or by the continuation of a thread that is none. */
  private final Map<Object, History> histories = new WeakHashMap<>();

  RealTimeWaits(EventLoop loop) {
    this.loop = loop;
  }

  /** Begins a timed wait, by the clock that the waiter goes by. */
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
        // Then by the loop's clock, as a wait must not be refused.
      }
    }
    TimedWait wait = new TimedWait(loop, expiry);
    wait.begin(delayNanos);
    history.last = wait;
    return wait;
  }

  /** What a thread has waited for. */
  private static final class History {
    private @Nullable TimedWait last;
    private long beginNanos;
    private long delayNanos;
    private int remainders;

    /**
     * Notes the next wait, and says how many have been a remainder of the one before, up to it.
     *
     * @param nowNanos in real time
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
