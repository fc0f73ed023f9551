package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.loop.Throttle;
import org.jspecify.annotations.Nullable;

/** What is special about a coroutine. Most have none, to save memory. */
public final class Traits {
  final @Nullable String name;
  public final @Nullable Group group;
  final int priority;
  final boolean beginsEvenIfCancelled;

  /** Where it was spawned, if that is recorded. */
  public final @Nullable StackTraceElement createdAt;

  private final @Nullable Throttle own;

  /** The entry in the wheel of a turn that was put off, or 0. The loop's. */
  long throttleTimerId;

  private Traits(SpawnOptions options, @Nullable StackTraceElement createdAt) {
    this.createdAt = createdAt;
    name = options.name();
    group = (Group) options.group();
    Integer ofItsOwn = options.priority();
    priority = ofItsOwn != null ? ofItsOwn : group == null ? 0 : group.priority();
    beginsEvenIfCancelled = options.beginsEvenIfCancelled();
    own = Throttle.of(options.resumesPerSecond());
  }

  public static @Nullable Traits of(SpawnOptions options, @Nullable StackTraceElement createdAt) {
    return options.equals(SpawnOptions.DEFAULT) && createdAt == null
        ? null
        : new Traits(options, createdAt);
  }

  boolean isThrottled() {
    return own != null || groups() != null;
  }

  /** Who spreads its own turns; null if nobody does. */
  @Nullable Throttle own() {
    return own;
  }

  /** Who spreads the turns of its group; null if nobody does. */
  @Nullable Throttle groups() {
    return group == null ? null : group.throttle();
  }
}
