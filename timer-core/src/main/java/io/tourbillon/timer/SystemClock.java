package io.tourbillon.timer;

import java.util.concurrent.locks.LockSupport;

/** The JDK's monotonic clock, and its way to wait. */
enum SystemClock implements Clock {
  INSTANCE;

  /** Keeps nothing from moving on. */
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
    return new ParkingAlarm(thread);
  }

  /**
   * Waits by LockSupport, whose permit alone would not do: the thread also waits for locks, and one
   * that it has to park for would use up the permit of a wake that came meanwhile. So a wake is
   * noted in a flag.
   */
  private static final class ParkingAlarm implements Alarm {
    private final Thread thread;

    /**
     * Set by whoever wakes, before the unpark; cleared by the thread after its wait. Volatile:
     * either the thread sees it before it parks, or the unpark comes after that and ends the park.
     * Who finds it set need not unpark again: it will be cleared later than that, and before the
     * thread looks for something to do.
     */
    private volatile boolean woken;

    ParkingAlarm(Thread thread) {
      this.thread = thread;
    }

    @Override
    public void awaitUntil(long deadlineNanos) {
      long nanos = deadlineNanos - System.nanoTime();
      if (nanos > 0 && !woken) {
        LockSupport.parkNanos(this, nanos);
        Thread.interrupted();
      }
      woken = false;
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
