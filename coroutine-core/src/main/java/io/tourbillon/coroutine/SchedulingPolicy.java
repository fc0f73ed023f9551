package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;

/**
 * The order in which ready coroutines of a loop get their turns. Only coroutines of the same loop
 * compete. A loop that has nothing to do takes over coroutines that wait on others, under every
 * policy those that were spawned first; so one of low priority may run there before one of high
 * priority gets its turn on a busy loop. No policy lets a ready coroutine wait forever; each one
 * states the longest wait, except the random one.
 *
 * <p>A policy orders the turns that this library gives. Threads that the JDK makes ready after
 * blocking calls on {@link Engine#VIRTUAL_THREAD}, and tasks of {@link CoroutineScheduler#timers},
 * have no group, priority 0 and no deadline.
 */
public sealed interface SchedulingPolicy {
  /**
   * Returns the default policy: first come, first served. A coroutine waits for one turn of each
   * one that was ready before it. Adds no cost to a turn.
   */
  static SchedulingPolicy fifo() {
    return new Fifo();
  }

  /**
   * Returns a policy in which {@linkplain SpawnOptions#group groups} with ready coroutines take
   * turns. Within a group it is first come, first served. All coroutines without a group form one
   * group. Among N groups, a coroutine waits for at most N turns for each one before it in its
   * group. A turn costs a look-up, however many groups there are.
   */
  static SchedulingPolicy roundRobin() {
    return new RoundRobin();
  }

  /**
   * Returns a policy in which the highest {@linkplain SpawnOptions#priority priority} is first, but
   * waiting counts: one step of priority is worth as much as having become ready one {@code step}
   * earlier. The range of priorities is twenty, so a coroutine that became ready twenty steps
   * earlier is always first. A turn costs time in proportion to the logarithm of the ready
   * coroutines.
   *
   * @param step the waiting time that is worth one step of priority; positive, for example 10 ms
   * @throws IllegalArgumentException if the step is not positive
   */
  static SchedulingPolicy priority(Duration step) {
    return new Priority(step);
  }

  /**
   * Returns a policy in which the earliest deadline is first: the nearest limit of a surrounding
   * {@link Coroutines#withTimeout}. A coroutine without a deadline, or with one beyond the horizon,
   * counts as due one horizon after it became ready; a late one counts as due when it became ready.
   * So a coroutine is never overtaken by one that became ready more than a horizon later. A turn
   * costs time in proportion to the logarithm of the ready coroutines.
   *
   * @param horizon the deadline of a coroutine without one, from when it became ready; positive,
   *     for example a second
   * @throws IllegalArgumentException if the horizon is not positive
   */
  static SchedulingPolicy earliestDeadline(Duration horizon) {
    return new EarliestDeadline(horizon);
  }

  /**
   * Returns a random policy, for tests that find code which depends on an order that is not
   * promised. The same seed gives the same order if only coroutines of the loop make others ready.
   * Suspension points let others go first even if they need not wait, such as {@code Mutex.lock} of
   * a free mutex. Other random choices, such as the case of a {@code Select}, use the seed as well.
   * Among N ready coroutines, one waits for N turns on average, without a limit.
   *
   * @param seed any number; similar seeds give unrelated orders
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
    /**
     * Checks the step.
     *
     * @throws IllegalArgumentException if the step is not positive
     */
    public Priority {
      requirePositive("step", step);
    }
  }

  /** See {@link #earliestDeadline}. */
  record EarliestDeadline(Duration horizon) implements SchedulingPolicy {
    /**
     * Checks the horizon.
     *
     * @throws IllegalArgumentException if the horizon is not positive
     */
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
