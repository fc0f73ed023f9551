package io.tourbillon.metrics.server;

import io.tourbillon.coroutine.LoopStats;

/**
 * The state of a loop at one moment, and what it has done since the sample before.
 *
 * @param utilisation the share of time in which the loop was not at rest
 * @param switches turns per second
 * @param stalls how many there were meanwhile, not per second
 */
record LoopSample(
    String name,
    long coroutines,
    long ready,
    long mailbox,
    double utilisation,
    double switches,
    long stalls,
    boolean dead) {

  static LoopSample between(LoopStats before, LoopStats after, double seconds) {
    double busySeconds = (after.busyNanos() - before.busyNanos()) / 1e9;
    return new LoopSample(
        after.name(),
        after.coroutines(),
        after.readyQueue(),
        after.mailbox(),
        Math.clamp(busySeconds / seconds, 0, 1),
        (after.switches() - before.switches()) / seconds,
        after.stalls() - before.stalls(),
        after.dead());
  }
}
