package io.tourbillon.bench.scenario;

import java.util.concurrent.TimeUnit;

/** Begins when it is made. */
final class WarmUp {
  private final long startNanos = System.nanoTime();
  private final long nanos;

  WarmUp(Job job) {
    this(job, 1);
  }

  /**
   * A part of one.
   *
   * @param parts into how many it is divided
   */
  WarmUp(Job job, int parts) {
    nanos = TimeUnit.MILLISECONDS.toNanos(job.warmUpMillis()) / parts;
  }

  boolean isOver() {
    return System.nanoTime() - startNanos >= nanos;
  }
}
