package io.tourbillon.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of one coroutine. Begin with {@link #DEFAULT} or {@link #named}; each {@code with} method
 * returns a copy with one more option:
 *
 * <pre>{@code
 * scheduler.spawn(SpawnOptions.named("report").withPriority(-5), () -> ...);
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 */
public final class SpawnOptions {
  /** The least priority. */
  public static final int LOWEST = -10;

  /** The greatest priority. */
  public static final int HIGHEST = 10;

  private static final Object HERE = new Object();

  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  /** The options of {@link CoroutineScheduler#spawn(Action)}. */
  public static final SpawnOptions DEFAULT =
      new SpawnOptions(null, null, null, NO_LIMIT, false, null);

  private final @Nullable String name;
  private final @Nullable CoroutineGroup group;
  private final @Nullable Integer priority;
  private final double resumesPerSecond;
  private final boolean evenIfCancelled;

  /** What chooses the loop: a key, {@link #HERE}, or null. */
  private final @Nullable Object loopKey;

  private SpawnOptions(
      @Nullable String name,
      @Nullable CoroutineGroup group,
      @Nullable Integer priority,
      double resumesPerSecond,
      boolean evenIfCancelled,
      @Nullable Object loopKey) {
    this.name = name;
    this.group = group;
    this.priority = priority;
    this.resumesPerSecond = resumesPerSecond;
    this.evenIfCancelled = evenIfCancelled;
    this.loopKey = loopKey;
  }

  /** Returns the default options with a name for logs and dumps; several may have the same. */
  public static SpawnOptions named(String name) {
    return DEFAULT.withName(name);
  }

  /** Returns the same options with a name for logs and dumps. */
  public SpawnOptions withName(String name) {
    Objects.requireNonNull(name, "name");
    return new SpawnOptions(name, group, priority, resumesPerSecond, evenIfCancelled, loopKey);
  }

  /**
   * Returns the same options with a group, for {@link SchedulingPolicy#roundRobin}, and for the
   * priority and the rate of the group.
   */
  public SpawnOptions inGroup(CoroutineGroup group) {
    Objects.requireNonNull(group, "group");
    return new SpawnOptions(name, group, priority, resumesPerSecond, evenIfCancelled, loopKey);
  }

  /**
   * Returns the same options with a priority, which replaces that of the group. Only {@link
   * SchedulingPolicy#priority} heeds it.
   *
   * @param priority from {@value #LOWEST} to {@value #HIGHEST}; 0 by default
   * @throws IllegalArgumentException if it is out of that range
   */
  public SpawnOptions withPriority(int priority) {
    if (priority < LOWEST || priority > HIGHEST) {
      throw new IllegalArgumentException(
          "priority must be from " + LOWEST + " to " + HIGHEST + ": " + priority);
    }
    return new SpawnOptions(name, group, priority, resumesPerSecond, evenIfCancelled, loopKey);
  }

  /**
   * Returns the same options with a bound for the number of turns. Turns are spread evenly, under
   * every policy. The bound does not delay the turn in which the coroutine sees a cancellation, nor
   * turns that the JDK gives after blocking calls.
   *
   * @param resumesPerSecond positive; infinite for no bound
   * @throws IllegalArgumentException if it is not positive
   */
  public SpawnOptions withRate(double resumesPerSecond) {
    if (!(resumesPerSecond > 0)) {
      throw new IllegalArgumentException("resumesPerSecond must be positive: " + resumesPerSecond);
    }
    return new SpawnOptions(name, group, priority, resumesPerSecond, evenIfCancelled, loopKey);
  }

  /**
   * Returns the same options for a body that begins even if the coroutine is cancelled before. The
   * body sees the cancellation at its first suspension point. For a coroutine that is given
   * something which it must close:
   *
   * <pre>{@code
   * scheduler.spawn(SpawnOptions.named("session").evenIfCancelled(), () -> {
   *   try (socket) {
   *     serve(socket);
   *   }
   * });
   * }</pre>
   *
   * <p>The body does not begin if the spawn throws, if the loop dies first, or if the engine fails
   * to make a stack for it; the coroutine fails then. While there is only no memory for the stack,
   * the coroutine waits, and begins as soon as there is.
   */
  public SpawnOptions evenIfCancelled() {
    return new SpawnOptions(name, group, priority, resumesPerSecond, true, loopKey);
  }

  /**
   * Returns the same options for a coroutine that stays on the loop of its spawner for life. A
   * coroutine that spawns with them stays there as well. Coroutines that stay on one loop, by this
   * method or by {@link #onLoop}, never run at the same time: what only they use needs no lock, as
   * long as they do not suspend in the midst of a change. This replaces a key.
   *
   * <p>The spawn throws {@link IllegalStateException} if the caller is not on a loop of the
   * scheduler, as its coroutines and the tasks of its timers are. On {@link Engine#PLAIN_THREAD} it
   * throws {@link UnsupportedOperationException}.
   */
  public SpawnOptions here() {
    return new SpawnOptions(name, group, priority, resumesPerSecond, evenIfCancelled, HERE);
  }

  /**
   * Returns the same options for a coroutine that stays for life on the loop that a key chooses:
   * coroutines of a scheduler with equal keys get the same loop, and never run at the same time, as
   * those of {@link #here}. Coroutines with different keys may share a loop. If the loop of a key
   * dies, later coroutines with that key get another one. This replaces {@code here}. On {@link
   * Engine#PLAIN_THREAD} the spawn throws {@link UnsupportedOperationException}.
   *
   * @param key its {@code hashCode} chooses the loop, so it must not change
   */
  public SpawnOptions onLoop(Object key) {
    Objects.requireNonNull(key, "key");
    return new SpawnOptions(name, group, priority, resumesPerSecond, evenIfCancelled, key);
  }

  /** Returns the name; null for a name with a number. */
  public @Nullable String name() {
    return name;
  }

  /** Returns the group; null for none. */
  public @Nullable CoroutineGroup group() {
    return group;
  }

  /** Returns the priority; null for that of the group, or 0. */
  public @Nullable Integer priority() {
    return priority;
  }

  /** Returns the bound for the number of turns; infinite for none. */
  public double resumesPerSecond() {
    return resumesPerSecond;
  }

  /** Returns whether the body begins even if the coroutine is cancelled before. */
  public boolean beginsEvenIfCancelled() {
    return evenIfCancelled;
  }

  /** Returns whether the coroutine stays on the loop of its spawner. */
  public boolean staysHere() {
    return HERE.equals(loopKey);
  }

  /** Returns the key that chooses the loop; null for none. */
  public @Nullable Object loopKey() {
    return staysHere() ? null : loopKey;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SpawnOptions options
        && Objects.equals(name, options.name)
        && Objects.equals(group, options.group)
        && Objects.equals(priority, options.priority)
        && Double.compare(resumesPerSecond, options.resumesPerSecond) == 0
        && evenIfCancelled == options.evenIfCancelled
        && Objects.equals(loopKey, options.loopKey);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, group, priority, resumesPerSecond, evenIfCancelled, loopKey);
  }

  @Override
  public String toString() {
    return "SpawnOptions[name="
        + name
        + ", group="
        + group
        + ", priority="
        + priority
        + ", resumesPerSecond="
        + resumesPerSecond
        + ", evenIfCancelled="
        + evenIfCancelled
        + ", loop="
        + (staysHere() ? "here" : loopKey == null ? "any" : "key " + loopKey)
        + "]";
  }
}
