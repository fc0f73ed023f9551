package io.tourbillon.bench.work;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How late each timer of a round was. Recorded by one thread, the subject's, at the price of a
 * store; read by another after {@link #await}, whose latch publishes everything.
 */
final class FireLog {
  private final long[] latenessNanos;
  private int size;

  /** Made anew for each round while no timer is pending. */
  private CountDownLatch full = new CountDownLatch(1);

  FireLog(int timers) {
    latenessNanos = new long[timers];
  }

  void reset() {
    size = 0;
    full = new CountDownLatch(1);
  }

  void record(long lateness) {
    latenessNanos[size++] = lateness;
    if (size == latenessNanos.length) {
      full.countDown();
    }
  }

  /** Waits until all are recorded, and says whether they were in time. */
  boolean await(long nanos) throws InterruptedException {
    return full.await(nanos, TimeUnit.NANOSECONDS);
  }

  long[] latenessNanos() {
    return latenessNanos;
  }
}
