package io.tourbillon.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options of one coroutine.
 *
 * @param name for logs and dumps; null for one with a number
 */
public record SpawnOptions(@Nullable String name) {
  /** Those that {@link CoroutineScheduler#spawn(Action)} uses. */
  public static final SpawnOptions DEFAULT = new SpawnOptions(null);

  /** With a name, which need not be the only one of its kind. */
  public static SpawnOptions named(String name) {
    return new SpawnOptions(Objects.requireNonNull(name, "name"));
  }
}
