package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines of a loop that must stay there: those that end with another coroutine, their
 * owner, on the same loop; the owners; and those that have spawned another one to stay with them.
 * They are kept apart from the coroutines, since few have any and there may be millions of
 * coroutines.
 */
@LoopConfined
final class Attachments {
  // An IdentityHashMap grows before it adds. A HashMap that runs out of memory while it grows has
  // added the entry already, and may lose entries later.
  private final IdentityHashMap<SuspendingCoroutine<?>, Set<SuspendingCoroutine<?>>> byOwner =
      new IdentityHashMap<>();
  private final IdentityHashMap<SuspendingCoroutine<?>, SuspendingCoroutine<?>> owners =
      new IdentityHashMap<>();

  /** Coroutines that have spawned another one to stay on their loop. */
  private final Set<SuspendingCoroutine<?>> anchored =
      Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * Attaches a coroutine to an owner, neither of which has ended. Changes nothing if memory runs
   * out.
   */
  void add(SuspendingCoroutine<?> owner, SuspendingCoroutine<?> attached) {
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

  /** Makes a coroutine stay until it ends. */
  void anchor(SuspendingCoroutine<?> coroutine) {
    anchored.add(coroutine);
  }

  /** Returns whether a coroutine must stay. */
  boolean holds(SuspendingCoroutine<?> coroutine) {
    return (!anchored.isEmpty() && anchored.contains(coroutine))
        || (!owners.isEmpty() && (owners.containsKey(coroutine) || byOwner.containsKey(coroutine)));
  }

  /** Returns the owner of a coroutine; null if it has none. */
  @Nullable SuspendingCoroutine<?> ownerOf(SuspendingCoroutine<?> attached) {
    return owners.get(attached);
  }

  /** Cancels the coroutines that are attached to one that has ended, and removes that one. */
  void ended(SuspendingCoroutine<?> coroutine) {
    if (!anchored.isEmpty()) {
      anchored.remove(coroutine);
    }
    if (owners.isEmpty()) {
      return;
    }
    forget(coroutine);
    @Nullable Set<SuspendingCoroutine<?>> left = byOwner.remove(coroutine);
    if (left != null) {
      cancelAll(left, coroutine);
    }
  }

  private void forget(SuspendingCoroutine<?> attached) {
    SuspendingCoroutine<?> owner = owners.remove(attached);
    Set<SuspendingCoroutine<?>> others = owner == null ? null : byOwner.get(owner);
    if (others != null) {
      others.remove(attached);
      if (others.isEmpty()) {
        byOwner.remove(owner);
      }
    }
  }

  /** Waits for memory if there is none, since the coroutines must not outlive their owner. */
  private void cancelAll(Set<SuspendingCoroutine<?>> attached, SuspendingCoroutine<?> owner) {
    while (true) {
      try {
        for (SuspendingCoroutine<?> each : attached) {
          owners.remove(each);
        }
        for (SuspendingCoroutine<?> each : attached) {
          each.cancel(owner.name() + ", its owner, has ended");
        }
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }
}
