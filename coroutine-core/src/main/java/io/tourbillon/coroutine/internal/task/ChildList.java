package io.tourbillon.coroutine.internal.task;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The children of a scope that have not ended, in the order in which they were spawned: a list
 * through their listeners. To add a child or to take it out allocates nothing, so neither fails
 * half-way when the heap is full. Guarded by the lock of {@link Supervisor}.
 */
final class ChildList {
  private @Nullable Child first;
  private @Nullable Child last;
  private int size;

  /** A child, and the listener for its end. It can be in one list only. */
  abstract static class Child extends End.Listener {
    final SuspendingCoroutine<?> coroutine;
    private @Nullable Child before;
    private @Nullable Child after;
    private boolean listed;

    Child(SuspendingCoroutine<?> coroutine) {
      this.coroutine = coroutine;
    }
  }

  void add(Child child) {
    Child before = last;
    child.before = before;
    if (before == null) {
      first = child;
    } else {
      before.after = child;
    }
    last = child;
    child.listed = true;
    size++;
  }

  /** Takes a child out, if it is still there. */
  void remove(Child child) {
    if (!child.listed) {
      return;
    }
    Child before = child.before;
    Child after = child.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    child.before = null;
    child.after = null;
    child.listed = false;
    size--;
  }

  boolean contains(Child child) {
    return child.listed;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** A copy, for use without the lock. */
  List<SuspendingCoroutine<?>> coroutines() {
    List<SuspendingCoroutine<?>> all = new ArrayList<>(size);
    for (Child child = first; child != null; child = child.after) {
      all.add(child.coroutine);
    }
    return all;
  }
}
