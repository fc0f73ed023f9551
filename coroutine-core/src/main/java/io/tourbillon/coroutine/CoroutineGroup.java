package io.tourbillon.coroutine;

import java.util.Objects;

/**
 * Coroutines that a {@link SchedulingPolicy} treats alike, such as those of one tenant. Spawn them
 * with {@link SpawnOptions#inGroup}. A group is immutable but for the part of its rate that is used
 * up. Loops may share it, and so may schedulers that go by the same clock. Thread-safe.
 */
public interface CoroutineGroup {
  /**
   * Returns a new group of priority 0 without a rate.
   *
   * @param name for people; groups of the same name are different groups
   */
  static CoroutineGroup named(String name) {
    return Implementation.KERNEL.newGroup(Objects.requireNonNull(name, "name"));
  }

  /**
   * Returns a group of the same name and rate with another priority, for coroutines that have no
   * priority of their own.
   *
   * @param priority from {@value SpawnOptions#LOWEST} to {@value SpawnOptions#HIGHEST}
   * @throws IllegalArgumentException if it is out of that range
   */
  CoroutineGroup withPriority(int priority);

  /**
   * Returns a group of the same name and priority whose coroutines together get no more turns than
   * that. Turns are spread evenly; unused ones are not saved up.
   *
   * @param resumesPerSecond positive; infinite for no limit
   * @throws IllegalArgumentException if it is not positive
   */
  CoroutineGroup withRate(double resumesPerSecond);

  /** Returns its name. */
  String name();

  /** Returns its priority. */
  int priority();
}
