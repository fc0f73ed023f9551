package io.tourbillon.bench.subject;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * A running timer service with a tick of 1 ms, as seen by the threads that use it. Several may do
 * so at once, each with places of its own; handles are kept in plain arrays. Each place holds one
 * timer at the most; it is armed anew only after its timer has ended.
 */
public interface TimerSubject extends AutoCloseable {
  /** The name of a subject's threads, by which they can be observed: at most 15 characters. */
  String THREAD_NAME = "subject-driver";

  ThreadFactory DRIVER_THREADS = Thread.ofPlatform().daemon().name(THREAD_NAME).factory();

  /** How long a service may take to count a cancelled timer out; Netty does so at its next tick. */
  long SETTLE_NANOS = 10_000_000_000L;

  /** Arms a timer. The service reads its clock in here. */
  void arm(int place, long delayNanos, SubjectTask task);

  /** Cancels the timer in a place; returns true if this call ended it. */
  boolean cancel(int place);

  /**
   * Gives the pending timer in a place a new delay by the service's best means: one without a way
   * to change a deadline cancels the timer and arms it anew.
   *
   * @param task the one it was armed with
   * @return false if it had ended
   */
  default boolean pushOut(int place, long delayNanos, SubjectTask task) {
    if (!cancel(place)) {
      return false;
    }
    arm(place, delayNanos, task);
    return true;
  }

  /** Lets go of all handles, which a server does when a connection is closed. */
  void forget();

  /** Timers pending, by the service's own count. */
  long pending();

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

  /** Stops the service; what is pending is dropped. */
  @Override
  void close();
}
