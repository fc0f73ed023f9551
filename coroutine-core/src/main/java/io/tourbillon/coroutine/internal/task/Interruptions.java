package io.tourbillon.coroutine.internal.task;

import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which coroutines of a loop were interrupted in a blocking call last for what. Kept apart from the
 * coroutines, as {@link Attachments} are: few have any, and the field that each of a million would
 * have for it tells instead since when it waits. The loop's own, or that of the coroutine of it
 * that has the turn.
 */
final class Interruptions {
  /** Grows before it adds, so that it stays whole if there is no memory for that. */
  private final IdentityHashMap<CoroutineTask<?>, Interruption> last = new IdentityHashMap<>();

  @Nullable Interruption of(CoroutineTask<?> coroutine) {
    return last.isEmpty() ? null : last.get(coroutine);
  }

  void put(CoroutineTask<?> coroutine, Interruption interruption) {
    last.put(coroutine, interruption);
  }

  void forget(CoroutineTask<?> coroutine) {
    if (!last.isEmpty()) {
      last.remove(coroutine);
    }
  }
}
