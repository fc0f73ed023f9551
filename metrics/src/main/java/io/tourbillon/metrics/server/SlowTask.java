package io.tourbillon.metrics.server;

import io.tourbillon.timer.SlowRun;

/**
 * One of the slowest tasks of the last one to two minutes.
 *
 * @param task the tag of the timer, or the name of the class of the task
 * @param endEpochMillis when the task ended
 */
record SlowTask(String task, double seconds, long endEpochMillis) {
  static SlowTask of(SlowRun run) {
    return new SlowTask(run.task(), run.runNanos() / 1e9, run.endEpochMillis());
  }
}
