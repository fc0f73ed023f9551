package io.tourbillon.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of one coroutine.
 *
 * @param name for logs and dumps; null for one with a number
 * @param group which it is in, for {@link SchedulingPolicy#roundRobin}, priority and rate; or null
 * @param priority from {@value #LOWEST} to {@value #HIGHEST}, for {@link
 *     SchedulingPolicy#priority}; null for that of its group, or 0
 * @param resumesPerSecond how many turns it is given at the most, spread evenly; positive, and
 *     infinite if there is no limit. Heeded whatever the policy, but not for the turn in which a
 *     cancellation is seen, nor for turns that the JDK gives, after blocking calls
 * @param beginsAnyway whether the body begins even if the coroutine is cancelled before: for one
 *     that is given something which it must close
 */
public record SpawnOptions(
    @Nullable String name,
    @Nullable CoroutineGroup group,
    @Nullable Integer priority,
    double resumesPerSecond,
    boolean beginsAnyway) {
  /** The least that a priority can be. */
  public static final int LOWEST = -10;

  /** The most. */
  public static final int HIGHEST = 10;

  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  /** Those that {@link CoroutineScheduler#spawn(Action)} uses. */
  public static final SpawnOptions DEFAULT = new SpawnOptions(null);

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if priority or rate is out of its range
   */
  public SpawnOptions {
    if (priority != null) {
      requirePriority(priority);
    }
    requireRate(resumesPerSecond);
  }

  /** Those with a name, or without, and nothing else. */
  public SpawnOptions(@Nullable String name) {
    this(name, null, null, NO_LIMIT, false);
  }

  /** Those of a coroutine that does not begin if it is cancelled before. */
  public SpawnOptions(
      @Nullable String name,
      @Nullable CoroutineGroup group,
      @Nullable Integer priority,
      double resumesPerSecond) {
    this(name, group, priority, resumesPerSecond, false);
  }

  /** With a name, which need not be the only one of its kind. */
  public static SpawnOptions named(String name) {
    return new SpawnOptions(Objects.requireNonNull(name, "name"));
  }

  /** The same, in a group. */
  public SpawnOptions inGroup(CoroutineGroup group) {
    return new SpawnOptions(
        name, Objects.requireNonNull(group, "group"), priority, resumesPerSecond, beginsAnyway);
  }

  /** The same, with a priority of its own. */
  public SpawnOptions withPriority(int priority) {
    return new SpawnOptions(name, group, priority, resumesPerSecond, beginsAnyway);
  }

  /** The same, with a rate of its own. */
  public SpawnOptions withRate(double resumesPerSecond) {
    return new SpawnOptions(name, group, priority, resumesPerSecond, beginsAnyway);
  }

  /**
   * The same, for a body that begins even if the coroutine is cancelled before, and sees that at
   * its first suspension point: for one that is given something which it must close. It does not
   * begin if the spawn throws, if the loop dies first, or if its engine fails to make its stack; it
   * has failed then. While there is only no memory for the stack, it waits, and begins as soon as
   * there is.
   *
   * <pre>{@code
   * scheduler.spawn(SpawnOptions.named("session").begins(), () -> {
   *   try (socket) {
   *     serve(socket);
   *   }
   * });
   * }</pre>
   */
  public SpawnOptions begins() {
    return new SpawnOptions(name, group, priority, resumesPerSecond, true);
  }

  static int requirePriority(int priority) {
    if (priority < LOWEST || priority > HIGHEST) {
      throw new IllegalArgumentException(
          "priority must be from " + LOWEST + " to " + HIGHEST + ": " + priority);
    }
    return priority;
  }

  static void requireRate(double resumesPerSecond) {
    if (!(resumesPerSecond > 0)) {
      throw new IllegalArgumentException("resumesPerSecond must be positive: " + resumesPerSecond);
    }
  }
}
