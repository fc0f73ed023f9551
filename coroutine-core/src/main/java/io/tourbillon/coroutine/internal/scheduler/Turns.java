package io.tourbillon.coroutine.internal.scheduler;

import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.SpawnOptions;
import org.jspecify.annotations.Nullable;

/** What only loops that give turns can do, and what {@link Engine#PLAIN_THREAD} refuses. */
final class Turns {
  private Turns() {}

  /**
   * Returns whether the options promise turns if no engine is asked for. Coroutines of one loop
   * that was asked for never run at the same time.
   */
  static boolean arePromisedBy(SchedulerBuilder options) {
    return options.asksForOneLoop || needOf(options) != null;
  }

  /** Returns which option needs turns; null if none does. */
  private static @Nullable String needOf(SchedulerBuilder options) {
    if (!(options.policy instanceof SchedulingPolicy.Fifo)) {
      return "a SchedulingPolicy other than fifo(), or a seed of a Simulation,";
    }
    return options.pollers == null ? null : "a loop inside another library";
  }

  /**
   * Refuses options of a scheduler that need turns.
   *
   * @throws UnsupportedOperationException names the option
   */
  static void refuseFor(SchedulerBuilder options) {
    String need = needOf(options);
    if (need != null) {
      throw refusal(need);
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
            + ", for which the JVM needs the flag "
            + Engine.VIRTUAL_THREAD.flag()
            + ", or Builder.engine(HANDOFF)");
  }
}
