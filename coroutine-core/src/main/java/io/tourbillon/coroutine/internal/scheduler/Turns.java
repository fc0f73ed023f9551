package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;

/** What only loops that give turns can do, and what {@link Engine#PLAIN_THREAD} refuses. */
final class Turns {
  private Turns() {}

  /**
   * Refuses options of a scheduler that need turns.
   *
   * @throws UnsupportedOperationException names the option
   */
  static void refuseFor(SchedulerBuilder options) {
    if (!(options.policy instanceof SchedulingPolicy.Fifo)) {
      throw refusal("a SchedulingPolicy other than fifo()");
    }
    if (options.pollers != null) {
      throw refusal("a loop inside another library");
    }
  }

  /**
   * Refuses options of a coroutine that need turns. A priority is not refused, and has no effect.
   *
   * @throws UnsupportedOperationException names the option
   */
  static void refuseFor(SpawnOptions options) {
    if (options.staysHere()) {
      throw refusal("SpawnOptions.here()");
    }
    if (options.loopKey() != null) {
      throw refusal("SpawnOptions.onLoop");
    }
  }

  private static UnsupportedOperationException refusal(String what) {
    return new UnsupportedOperationException(
        what
            + " needs an engine that gives turns, and "
            + Engine.PLAIN_THREAD
            + " gives none: use "
            + Engine.VIRTUAL_THREAD
            + " or "
            + Engine.HANDOFF);
  }
}
