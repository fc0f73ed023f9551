package io.tourbillon.bench.subject;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * A running timer service with a tick of 1 ms, as seen by the threads that use it. Several threads
 * may use it at once if each has its own places; handles are kept in plain arrays. A place holds at
 * most one timer, and is armed again only after that timer has ended.
 */
public interface TimerSubject extends AutoCloseable {
  /** The name of a subject's threads, for observing them: at most 15 characters. */
  String THREAD_NAME = "subject-driver";

  ThreadFactory DRIVER_THREADS = Thread.ofPlatform().daemon().name(THREAD_NAME).factory();

  /** How long a service may take to subtract a cancelled timer; Netty does so at its next tick. */
  long SETTLE_NANOS = 10_000_000_000L;

  /** Arms a timer. The service reads its clock in this call. */
  void arm(int place, long delayNanos, SubjectTask task);

  /** Cancels the timer in a place; returns true if this call ended it. */
  boolean cancel(int place);

  /**
   * Gives the pending timer in a place a new delay in the best way that the service has. A service
   * that cannot change a deadline cancels the timer and arms a new one.
   *
   * @param task the task that it was armed with
   * @return false if it had ended
   */
  default boolean pushOut(int place, long delayNanos, SubjectTask task) {
    if (!cancel(place)) {
      return false;
    }
    arm(place, delayNanos, task);
    return true;
  }

  /** Drops all handles, as a server does when a connection is closed. */
  void forget();

  /** The number of pending timers, as counted by the service. */
  long pending();

  /**
   * Waits until the service has subtracted the timers that were cancelled, if it does so later.
   *
   * @param expected how many are pending
   */
  default void settle(long expected) {
    requirePending(expected);
  }

  /**
   * Waits until the service counts the expected number of timers as pending.
   *
   * @throws IllegalStateException if it still does not after ten seconds: timers were lost
   */
  default void requirePending(long expected) {
    long startNanos = System.nanoTime();
    while (pending() != expected) {
      if (System.nanoTime() - startNanos > SETTLE_NANOS) {
        throw new IllegalStateException(
            "pending timers must be " + expected + ": " + pending() + " in " + this);
      }
      LockSupport.parkNanos(100_000);
    }
  }

  /** Stops the service and drops pending timers. */
  @Override
  void close();
}
