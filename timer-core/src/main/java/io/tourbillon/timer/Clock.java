package io.tourbillon.timer;

/**
 * Monotonic time, and how a thread waits for it. The system's clock is the default; {@link
 * VirtualClock} is for tests.
 */
public interface Clock {
  /**
   * The system's clock: {@link System#nanoTime} and {@link java.util.concurrent.locks.LockSupport}.
   */
  static Clock system() {
    return SystemClock.INSTANCE;
  }

  /**
   * The time in nanoseconds from an arbitrary origin. It never goes back, and may be negative or
   * wrap around: compare readings by their difference. Called by any thread.
   */
  long nanoTime();

  /**
   * Makes the alarm by which this thread will wait; for the thread's use alone, but for {@link
   * Alarm#wake}. From now on a virtual clock waits for this thread before it moves on.
   */
  Alarm newAlarm(Thread thread);

  /**
   * Says that something is under way elsewhere, a call on another thread for one, whose end some
   * thread with an alarm will be told of. Until this is closed a virtual clock does not move by
   * itself. Called by any thread; does nothing by default.
   */
  default Hold hold() {
    return SystemClock.NO_HOLD;
  }

  /** Something that is under way. */
  @FunctionalInterface
  interface Hold extends AutoCloseable {
    /** It has come to its end, and who waits for that has been told. Once; by any thread. */
    @Override
    void close();
  }

  /** How one thread waits. */
  interface Alarm extends AutoCloseable {
    /**
     * Waits until the time has come, {@link #wake} is called, or was since the last wait, or for no
     * reason. An interrupt of the thread may end the wait as well, and is cleared by then.
     */
    void awaitUntil(long deadlineNanos);

    /** As {@link #awaitUntil}, however long it takes. */
    void await();

    /** Ends the wait of the thread, or else its next. Called by any thread. */
    void wake();

    /** The thread will not wait any more. Called by any thread. */
    @Override
    void close();
  }
}
