package io.tourbillon.coroutine.internal.task;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which coroutines of a loop are to end with another of the same loop. Kept apart from the
 * coroutines, since few have any and each byte of one counts a million times. The loop's own.
 */
final class Attachments {
  // A HashMap that runs out of memory while it grows keeps what it was to add, and may lose
  // entries later. An IdentityHashMap grows before it adds.
  private final IdentityHashMap<CoroutineTask<?>, Set<CoroutineTask<?>>> byOwner =
      new IdentityHashMap<>();
  private final IdentityHashMap<CoroutineTask<?>, CoroutineTask<?>> owners =
      new IdentityHashMap<>();

  /** Neither of them has ended. If there is no memory for it, nothing has changed. */
  void add(CoroutineTask<?> owner, CoroutineTask<?> attached) {
    boolean added = false;
    try {
      owners.put(attached, owner);
      byOwner.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(attached);
      added = true;
    } finally {
      if (!added) {
        forget(attached);
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
    forget(coroutine);
    @Nullable Set<CoroutineTask<?>> left = byOwner.remove(coroutine);
    if (left != null) {
      cancelAll(left, coroutine);
    }
  }

  private void forget(CoroutineTask<?> attached) {
    CoroutineTask<?> owner = owners.remove(attached);
    Set<CoroutineTask<?>> others = owner == null ? null : byOwner.get(owner);
    if (others != null) {
      others.remove(attached);
      if (others.isEmpty()) {
        byOwner.remove(owner);
      }
    }
  }

  /** Waits for the memory that this takes: they would outlive their owner. */
  private void cancelAll(Set<CoroutineTask<?>> attached, CoroutineTask<?> owner) {
    while (true) {
      try {
        for (CoroutineTask<?> each : attached) {
          owners.remove(each);
        }
        for (CoroutineTask<?> each : attached) {
          each.cancel(owner.name() + ", its owner, has ended");
        }
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }
}
