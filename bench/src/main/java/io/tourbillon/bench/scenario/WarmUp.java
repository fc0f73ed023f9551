package io.tourbillon.bench.scenario;

import java.util.concurrent.TimeUnit;

/** Begins when it is made. */
final class WarmUp {
  private final long startNanos = System.nanoTime();
  private final long nanos;

  WarmUp(Job job) {
    nanos = TimeUnit.MILLISECONDS.toNanos(job.warmUpMillis());
  }

  boolean isOver() {
    return System.nanoTime() - startNanos >= nanos;
  }
}
