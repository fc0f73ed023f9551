package io.tourbillon.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Coroutines that are alike to a {@link SchedulingPolicy}, of a tenant for example: what they have
 * in common. Spawn them with {@link SpawnOptions#inGroup}. Immutable, but for how much of the rate
 * is used up; may be shared by loops, and by schedulers that go by the same clock.
 */
public final class CoroutineGroup {
  private final String name;
  private final int priority;
  private final @Nullable Throttle throttle;

  private CoroutineGroup(String name, int priority, @Nullable Throttle throttle) {
    this.name = name;
    this.priority = priority;
    this.throttle = throttle;
  }

  /**
   * A group of priority 0 without a limit.
   *
   * @param name for people; groups of the same name are different groups
   */
  public static CoroutineGroup named(String name) {
    return new CoroutineGroup(Objects.requireNonNull(name, "name"), 0, null);
  }

  /**
   * A group of the same name and rate with another priority, for those that have none of their own.
   *
   * @param priority as {@link SpawnOptions#priority}
   */
  public CoroutineGroup withPriority(int priority) {
    return new CoroutineGroup(name, SpawnOptions.requirePriority(priority), throttle);
  }

  /**
   * A group of the same name and priority whose coroutines are given no more turns than that
   * together. Turns are spread evenly; none are saved up.
   *
   * @param resumesPerSecond as {@link SpawnOptions#resumesPerSecond}
   */
  public CoroutineGroup withRate(double resumesPerSecond) {
    return new CoroutineGroup(name, priority, Throttle.of(resumesPerSecond));
  }

  int priority() {
    return priority;
  }

  @Nullable Throttle throttle() {
    return throttle;
  }

  @Override
  public String toString() {
    return name;
  }
}
