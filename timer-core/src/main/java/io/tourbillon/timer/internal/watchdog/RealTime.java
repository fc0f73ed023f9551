package io.tourbillon.timer.internal.watchdog;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** The system's time, for what tests give another. */
enum RealTime implements LongSupplier, LongConsumer {
  REAL_TIME;

  /** The time in nanoseconds. */
  @Override
  public long getAsLong() {
    return System.nanoTime();
  }

  /** Parks for so many nanoseconds. */
  @Override
  public void accept(long nanos) {
    LockSupport.parkNanos(nanos);
  }
}
