package io.tourbillon.bench.soak.round;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;

/**
 * A thread that parks for a millisecond, again and again, and records how late it wakes up. It
 * shows what the machine, other programs and the collector do to any thread of this JVM, so that
 * their pauses are not put down to the library.
 */
final class MachineMeter implements AutoCloseable {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long GRACE_MILLIS = 10_000;

  private final Recorder latenessNanos;
  private final Thread thread;

  /** Written by the thread that closes, read by the meter. */
  private volatile boolean closed;

  MachineMeter(Recorder latenessNanos) {
    this.latenessNanos = latenessNanos;
    thread = Thread.ofPlatform().daemon().name("soak-meter").start(this::measure);
  }

  /**
   * A long pause is one late wake-up, although it would have delayed many. So the wake-ups that it
   * has prevented are recorded as well, each a period less late.
   */
  private void measure() {
    while (!closed) {
      long wantedNanos = System.nanoTime() + PERIOD_NANOS;
      LockSupport.parkNanos(PERIOD_NANOS);
      boolean cutShort = Thread.interrupted();
      long lateNanos = System.nanoTime() - wantedNanos;
      if (!cutShort || lateNanos > 0) {
        latenessNanos.recordValueWithExpectedInterval(
            Math.clamp(lateNanos, 0, Sampler.MOST_NANOS), PERIOD_NANOS);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(GRACE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
