package io.tourbillon.coroutine.internal.traits;

import io.tourbillon.coroutine.CoroutineGroup;
import io.tourbillon.coroutine.SpawnOptions;
import org.jspecify.annotations.Nullable;

/** A group of coroutines, and the throttle that its members share. */
public final class Group implements CoroutineGroup {
  private final String name;
  private final int priority;

  /** Null if the group has no rate. */
  private final @Nullable Throttle throttle;

  /** Creates a group without a rate. */
  public Group(String name) {
    this(name, 0, null);
  }

  private Group(String name, int priority, @Nullable Throttle throttle) {
    this.name = name;
    this.priority = priority;
    this.throttle = throttle;
  }

  @Override
  public Group withPriority(int priority) {
    SpawnOptions _ = SpawnOptions.DEFAULT.withPriority(priority); // Checks the range.
    return new Group(name, priority, throttle);
  }

  @Override
  public Group withRate(double resumesPerSecond) {
    SpawnOptions checked = SpawnOptions.DEFAULT.withRate(resumesPerSecond);
    return new Group(name, priority, Throttle.of(checked.resumesPerSecond()));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int priority() {
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
