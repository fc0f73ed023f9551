package io.tourbillon.metrics.server;

/**
 * One of the slowest tasks of late.
 *
 * @param task its tag, or the name of its class
 * @param endEpochMillis when it ended
 */
record SlowTask(String task, double seconds, long endEpochMillis) {}
