package io.tourbillon.timer.internal.watchdog;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** The system's time. Tests use another one. */
enum RealTime implements LongSupplier, LongConsumer {
  REAL_TIME;

  /** The time in nanoseconds. */
  @Override
  public long getAsLong() {
    return System.nanoTime();
  }

  /** Parks for this number of nanoseconds. */
  @Override
  public void accept(long nanos) {
    LockSupport.parkNanos(nanos);
  }
}
