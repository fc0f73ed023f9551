package io.tourbillon.timer;

/**
 * A monotonic clock, and the way in which a thread waits for a time. The clock of the system is the
 * default; {@link VirtualClock} is for tests.
 */
public interface Clock {
  /**
   * The system's clock: {@link System#nanoTime} and {@link java.util.concurrent.locks.LockSupport}.
   */
  static Clock system() {
    return SystemClock.INSTANCE;
  }

  /**
   * The time in nanoseconds from an arbitrary origin. It never goes back. It may be negative or
   * wrap around, so compare readings by their difference. Called by any thread.
   */
  long nanoTime();

  /**
   * Makes the alarm with which a thread will wait. Only this thread may use it, except for {@link
   * Alarm#wake}. From now on a virtual clock waits for this thread before it advances.
   */
  Alarm newAlarm(Thread thread);

  /**
   * Marks the beginning of work elsewhere, such as a call on another thread, that a thread with an
   * alarm waits for. A virtual clock does not advance by itself until the hold is closed. Called by
   * any thread; does nothing by default.
   */
  default Hold hold() {
    return SystemClock.NO_HOLD;
  }

  /** Work that a virtual clock waits for. */
  @FunctionalInterface
  interface Hold extends AutoCloseable {
    /** The work has ended, and the waiting thread has been notified. Called once, by any thread. */
    @Override
    void close();
  }

  /** The means by which one thread waits. */
  interface Alarm extends AutoCloseable {
    /**
     * Waits until the deadline, or until {@link #wake} is called. Returns at once if {@code wake}
     * was called since the last wait. May return without a reason. An interrupt of the thread may
     * end the wait as well; the interrupt status is then cleared.
     */
    void awaitUntil(long deadlineNanos);

    /** As {@link #awaitUntil}, without a deadline. */
    void await();

    /**
     * Ends the current wait of the thread, or its next one if it is not waiting. Called by any
     * thread.
     */
    void wake();

    /** The thread will not wait again. Called by any thread. */
    @Override
    void close();
  }
}
