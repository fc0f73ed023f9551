package io.tourbillon.timer.durable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sums up the pauses of more than 100 ms in which the machine has held this process up, as a thread
 * that naps finds them. A limit in real time is extended by this much.
 */
final class HeldUp implements AutoCloseable {
  private static final long NAP_NANOS = 10_000_000;
  private static final long PAUSE_NANOS = 100_000_000;

  private final AtomicLong nanos = new AtomicLong();
  private volatile boolean over;

  HeldUp() {
    Thread.ofPlatform().daemon().name("held-up").start(this::watch);
  }

  private void watch() {
    while (!over) {
      long startNanos = System.nanoTime();
      try {
        TimeUnit.NANOSECONDS.sleep(NAP_NANOS);
      } catch (InterruptedException ignored) {
        return; // Nobody interrupts it.
      }
      long pauseNanos = System.nanoTime() - startNanos - NAP_NANOS;
      if (pauseNanos > PAUSE_NANOS) {
        nanos.addAndGet(pauseNanos);
      }
    }
  }

  long micros() {
    return TimeUnit.NANOSECONDS.toMicros(nanos.get());
  }

  @Override
  public void close() {
    over = true;
  }
}
