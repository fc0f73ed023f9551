package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.LoopConfined;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines of a loop that have not ended, the youngest first. The list is linked through
 * fields of the coroutines, so it needs no objects of its own.
 */
@LoopConfined
final class Residents {
  private @Nullable SuspendingCoroutine<?> first;

  void add(SuspendingCoroutine<?> coroutine) {
    SuspendingCoroutine<?> second = first;
    coroutine.next = second;
    if (second != null) {
      second.previous = coroutine;
    }
    first = coroutine;
  }

  void remove(SuspendingCoroutine<?> coroutine) {
    SuspendingCoroutine<?> before = coroutine.previous;
    SuspendingCoroutine<?> after = coroutine.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    coroutine.previous = null;
    coroutine.next = null;
  }

  /** Returns a copy, since an action on one may end it or add another. */
  List<SuspendingCoroutine<?>> all() {
    return some(Integer.MAX_VALUE);
  }

  /** Returns a copy of the first ones, at most a number. */
  List<SuspendingCoroutine<?>> some(int most) {
    List<SuspendingCoroutine<?>> some = new ArrayList<>();
    for (SuspendingCoroutine<?> coroutine = first;
        coroutine != null && some.size() < most;
        coroutine = coroutine.next) {
      some.add(coroutine);
    }
    return some;
  }
}
