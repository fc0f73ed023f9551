package io.tourbillon.coroutine.internal.task;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines of a loop that have not ended, the youngest first: a list through their own
 * fields, which costs millions of them no more than that. The loop's own, or of its coroutine that
 * has the turn.
 */
final class Residents {
  private @Nullable CoroutineTask<?> first;

  void add(CoroutineTask<?> coroutine) {
    CoroutineTask<?> second = first;
    coroutine.next = second;
    if (second != null) {
      second.previous = coroutine;
    }
    first = coroutine;
  }

  void remove(CoroutineTask<?> coroutine) {
    CoroutineTask<?> before = coroutine.previous;
    CoroutineTask<?> after = coroutine.next;
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

  /** A copy, as what is done to one may end it, or make another. */
  List<CoroutineTask<?>> all() {
    return some(Integer.MAX_VALUE);
  }

  /** So many at the most. */
  List<CoroutineTask<?>> some(int most) {
    List<CoroutineTask<?>> some = new ArrayList<>();
    for (CoroutineTask<?> coroutine = first;
        coroutine != null && some.size() < most;
        coroutine = coroutine.next) {
      some.add(coroutine);
    }
    return some;
  }
}
