package io.tourbillon.coroutine.internal.traits;

import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.LoopConfined;
import org.jspecify.annotations.Nullable;

/**
 * The options of a coroutine that differ from the default. Most coroutines have none, which saves
 * memory.
 */
public final class Traits {
  public final @Nullable String name;
  public final @Nullable Group group;
  public final int priority;
  public final boolean beginsEvenIfCancelled;

  /** Whether the spawner chose the loop. */
  private final boolean isPlaced;

  /** Where it was spawned; null if that is not recorded. */
  public final @Nullable StackTraceElement createdAt;

  private final @Nullable Throttle own;

  /** The id of the wheel entry of a delayed turn; 0 if none is delayed. */
  @LoopConfined public long throttleTimerId;

  private Traits(SpawnOptions options, @Nullable StackTraceElement createdAt) {
    this.createdAt = createdAt;
    name = options.name();
    group = (Group) options.group();
    Integer ofItsOwn = options.priority();
    priority = ofItsOwn != null ? ofItsOwn : group == null ? 0 : group.priority();
    beginsEvenIfCancelled = options.beginsEvenIfCancelled();
    isPlaced = options.staysHere() || options.loopKey() != null;
    own = Throttle.of(options.resumesPerSecond());
  }

  /** Returns the traits of a coroutine; null if it has default options. */
  public static @Nullable Traits of(SpawnOptions options, @Nullable StackTraceElement createdAt) {
    return options.equals(SpawnOptions.DEFAULT) && createdAt == null
        ? null
        : new Traits(options, createdAt);
  }

  /** Returns whether a rate delays it. */
  public boolean isThrottled() {
    return own != null || groups() != null;
  }

  /**
   * Returns whether it may begin, or go on, on another loop than the one on which it was placed.
   */
  public boolean mayMove() {
    return !isPlaced && !isThrottled();
  }

  /** Returns the throttle for its own rate; null if it has none. */
  public @Nullable Throttle own() {
    return own;
  }

  /** Returns the throttle for the rate of its group; null if there is none. */
  public @Nullable Throttle groups() {
    return group == null ? null : group.throttle();
  }
}
