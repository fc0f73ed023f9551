package io.tourbillon.timer;

import java.util.concurrent.locks.LockSupport;

/** The JDK's monotonic clock, with alarms that park a thread. */
enum SystemClock implements Clock {
  INSTANCE;

  /** A hold without an effect: this clock cannot be held. */
  static final Hold NO_HOLD =
      new Hold() {
        @Override
        public void close() {}
      };

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Alarm newAlarm(Thread thread) {
    return newAlarm(thread, 0);
  }

  /**
   * Makes an alarm that spins for the last part of a wait.
   *
   * @param spinNanos how long at most; zero to park only
   */
  static Alarm newAlarm(Thread thread, long spinNanos) {
    return new ParkingAlarm(thread, spinNanos);
  }

  /**
   * Waits with LockSupport. Its permit alone is not enough: the thread also waits for locks, and
   * parking for a lock could use up the permit of a wake that came meanwhile. So a flag records the
   * wake.
   */
  private static final class ParkingAlarm implements Alarm {
    private final Thread thread;
    private final long spinNanos;

    /**
     * Set by the waking thread before the unpark; cleared by the alarm's thread after its wait.
     * Volatile: either the thread sees it before it parks, or the unpark comes later and ends the
     * park. A thread that finds it set need not unpark again: it will be cleared after that, and
     * before the alarm's thread looks for work.
     */
    private volatile boolean woken;

    ParkingAlarm(Thread thread, long spinNanos) {
      this.thread = thread;
      this.spinNanos = spinNanos;
    }

    @Override
    public void awaitUntil(long deadlineNanos) {
      long nanos = deadlineNanos - System.nanoTime();
      if (nanos > spinNanos && !woken) {
        LockSupport.parkNanos(this, nanos - spinNanos);
        Thread.interrupted();
      }
      if (spinNanos > 0) {
        spinIfNear(deadlineNanos);
      }
      woken = false;
    }

    /** If the park has ended early, there is nothing to spin for: the thread waits again. */
    private void spinIfNear(long deadlineNanos) {
      long leftNanos = deadlineNanos - System.nanoTime();
      while (leftNanos > 0 && leftNanos <= spinNanos && !woken) {
        Thread.onSpinWait();
        leftNanos = deadlineNanos - System.nanoTime();
      }
    }

    @Override
    public void await() {
      if (!woken) {
        LockSupport.park(this);
        Thread.interrupted();
      }
      woken = false;
    }

    @Override
    public void wake() {
      if (!woken) {
        woken = true;
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void close() {}
  }
}
