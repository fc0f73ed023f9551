package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;
import org.jspecify.annotations.Nullable;

/** What only loops that give turns can do, and what {@link Engine#PLAIN_THREAD} refuses. */
final class Turns {
  private Turns() {}

  /** Returns what needs turns, in words; null if nothing does. */
  private static @Nullable String needsTurns(SchedulerBuilder options) {
    if (!(options.policy instanceof SchedulingPolicy.Fifo)) {
      return "a SchedulingPolicy other than fifo()";
    }
    return options.pollers == null ? null : "a loop inside another library";
  }

  /**
   * Refuses options of a scheduler that need turns.
   *
   * @throws UnsupportedOperationException names the option
   */
  static void refuseFor(SchedulerBuilder options) {
    String what = needsTurns(options);
    if (what != null) {
      throw refusal(what);
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
