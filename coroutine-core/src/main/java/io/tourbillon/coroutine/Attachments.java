package io.tourbillon.coroutine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which coroutines of a loop are to end with another of the same loop. Kept apart from the
 * coroutines, since few have any and each byte of one counts a million times. The loop's own.
 */
final class Attachments {
  private final Map<CoroutineTask<?>, Set<CoroutineTask<?>>> byOwner = new HashMap<>();
  private final Map<CoroutineTask<?>, CoroutineTask<?>> owners = new HashMap<>();

  /** Neither of them has ended. */
  void add(CoroutineTask<?> owner, CoroutineTask<?> attached) {
    owners.put(attached, owner);
    boolean added = false;
    try {
      byOwner.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(attached);
      added = true;
    } finally {
      if (!added) {
        owners.remove(attached);
      }
    }
  }

  /** Null if it is attached to none. */
  @Nullable CoroutineTask<?> ownerOf(CoroutineTask<?> attached) {
    return owners.get(attached);
  }

  /** Cancels what is attached to a coroutine that has ended, and forgets that itself. */
  void ended(CoroutineTask<?> coroutine) {
    if (owners.isEmpty()) {
      return;
    }
    CoroutineTask<?> owner = owners.remove(coroutine);
    if (owner != null) {
      Set<CoroutineTask<?>> others = byOwner.get(owner);
      if (others != null && others.remove(coroutine) && others.isEmpty()) {
        byOwner.remove(owner);
      }
    }
    @Nullable Set<CoroutineTask<?>> left = byOwner.remove(coroutine);
    if (left != null) {
      left.forEach(owners::remove);
      // A copy, as cancelling one may end it.
      List.copyOf(left).forEach(each -> each.cancel(coroutine.name() + ", its owner, has ended"));
    }
  }
}
