package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;

/**
 * In which order the coroutines of a loop that are ready have their turns. It is a matter of one
 * loop: coroutines of others do not compete. Whatever the policy, none that is ready waits for
 * ever; each says for how long at the most, but for the one that leaves it to chance.
 *
 * <p>It orders the turns that this library gives. Threads that the JDK makes ready, after blocking
 * calls on {@link Engine#VIRTUAL_THREAD}, and tasks of {@link CoroutineScheduler#timers} are of no
 * group, of priority 0 and have no deadline.
 */
public sealed interface SchedulingPolicy {
  /**
   * Who became ready first is first, and so waits for one turn of each that is ready before. The
   * default, and the cheapest: a turn costs nothing more.
   */
  static SchedulingPolicy fifo() {
    return new Fifo();
  }

  /**
   * The {@linkplain SpawnOptions#group groups} that have someone ready take turns, and within each
   * who became ready first is first. Those of no group are one together. So among N groups a
   * coroutine waits for no more than N turns for each one that is before it in its group. A turn
   * costs a look-up, however many groups there are.
   */
  static SchedulingPolicy roundRobin() {
    return new RoundRobin();
  }

  /**
   * Who has the highest {@linkplain SpawnOptions#priority priority} is first; but waiting counts: a
   * step of priority is worth as much as having become ready that much earlier. So nobody is
   * overtaken by those that become ready later than twenty times the step after, the range of
   * priorities being twenty. A turn costs more the more are ready, by their logarithm.
   *
   * @param step positive; 10 ms, for example
   * @throws IllegalArgumentException if it is not
   */
  static SchedulingPolicy priority(Duration step) {
    return new Priority(step);
  }

  /**
   * Whose deadline comes first is first: the nearest limit of a {@link Coroutines#withTimeout}
   * around it. One without a deadline, or with one that is farther, counts as if its were the
   * horizon away when it became ready, and one that is late as if its were then; so nobody is
   * overtaken by those that become ready later than the horizon after. A turn costs more the more
   * are ready, by their logarithm.
   *
   * @param horizon positive; a second, for example
   * @throws IllegalArgumentException if it is not
   */
  static SchedulingPolicy earliestDeadline(Duration horizon) {
    return new EarliestDeadline(horizon);
  }

  /**
   * Chance decides, and the seed what chance is: for tests, which find what depends on an order
   * that nobody has promised. The same seed gives the same order if all that is ready comes from
   * the loop's coroutines themselves. Suspension points let others go first then even if they need
   * not wait, such as the lock of a {@code Mutex} that is free; and what else is left to chance,
   * such as the case of a {@code Select}, goes by the seed too. Among N that are ready a coroutine
   * waits for N turns on average, and for how many at the most nobody can say.
   *
   * @param seed any; those that are close to each other have nothing else in common
   */
  static SchedulingPolicy random(long seed) {
    return new Random(seed);
  }

  /** See {@link #fifo}. */
  record Fifo() implements SchedulingPolicy {}

  /** See {@link #roundRobin}. */
  record RoundRobin() implements SchedulingPolicy {}

  /** See {@link #priority}. */
  record Priority(Duration step) implements SchedulingPolicy {
    /** Checks it. */
    public Priority {
      requirePositive("step", step);
    }
  }

  /** See {@link #earliestDeadline}. */
  record EarliestDeadline(Duration horizon) implements SchedulingPolicy {
    /** Checks it. */
    public EarliestDeadline {
      requirePositive("horizon", horizon);
    }
  }

  /** See {@link #random}. */
  record Random(long seed) implements SchedulingPolicy {}

  private static void requirePositive(String what, Duration duration) {
    Objects.requireNonNull(duration, what);
    if (TickScale.nanosOf(duration) <= 0) {
      throw new IllegalArgumentException(what + " must be positive: " + duration);
    }
  }
}
