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
  private final IdentityHashMap<CoroutineTask<?>, Set<CoroutineTask<?>>> byOwner =
      new IdentityHashMap<>();
  private final IdentityHashMap<CoroutineTask<?>, CoroutineTask<?>> owners =
      new IdentityHashMap<>();

  /** Coroutines that have spawned another one to stay on their loop. */
  private final Set<CoroutineTask<?>> anchored = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * Attaches a coroutine to an owner, neither of which has ended. Changes nothing if memory runs
   * out.
   */
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

  /** Makes a coroutine stay until it ends. */
  void anchor(CoroutineTask<?> coroutine) {
    anchored.add(coroutine);
  }

  /** Returns whether a coroutine must stay. */
  boolean holds(CoroutineTask<?> coroutine) {
    return (!anchored.isEmpty() && anchored.contains(coroutine))
        || (!owners.isEmpty() && (owners.containsKey(coroutine) || byOwner.containsKey(coroutine)));
  }

  /** Returns the owner of a coroutine; null if it has none. */
  @Nullable CoroutineTask<?> ownerOf(CoroutineTask<?> attached) {
    return owners.get(attached);
  }

  /** Cancels the coroutines that are attached to one that has ended, and removes that one. */
  void ended(CoroutineTask<?> coroutine) {
    if (!anchored.isEmpty()) {
      anchored.remove(coroutine);
    }
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

  /** Waits for memory if there is none, since the coroutines must not outlive their owner. */
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
