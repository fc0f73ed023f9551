package io.tourbillon.metrics.server;

import io.tourbillon.timer.SlowRun;

/**
 * One of the slowest tasks of late.
 *
 * @param task its tag, or the name of its class
 * @param endEpochMillis when it ended
 */
record SlowTask(String task, double seconds, long endEpochMillis) {
  static SlowTask of(SlowRun run) {
    return new SlowTask(run.task(), run.runNanos() / 1e9, run.endEpochMillis());
  }
}
