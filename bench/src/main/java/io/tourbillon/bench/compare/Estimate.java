package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;

/**
 * How long runs usually take. Good enough for a progress bar, and to see whether there is time for
 * another run.
 *
 * @param heapMegabytes the heap, which a JVM touches at its start
 */
record Estimate(int heapMegabytes) {
  private static final int START_MILLIS = 500;
  private static final double MILLIS_A_MEGABYTE = 0.5;
  private static final double MILLIS_A_MEMBER = 0.006;

  long millis(Plan plan) {
    return plan.runs().stream().mapToLong(this::millis).sum();
  }

  long millis(Run run) {
    Job job = run.job();
    return START_MILLIS
        + (long) (MILLIS_A_MEGABYTE * heapMegabytes)
        + job.warmUpMillis()
        + job.measureMillis()
        + (long) (MILLIS_A_MEMBER * job.size());
  }
}
