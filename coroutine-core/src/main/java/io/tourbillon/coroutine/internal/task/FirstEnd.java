package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One wait for the first of several coroutines to end. It removes its listeners at the end. Used by
 * the waiter alone.
 */
final class FirstEnd<T extends @Nullable Object> {
  private final List<Place> places = new ArrayList<>();

  private FirstEnd() {}

  /** The listener for one of the coroutines. */
  private final class Place extends End.Listener {
    private final JoinableCoroutine<? extends T> coroutine;
    private final Resumption<Coroutine<? extends T>> first;

    Place(JoinableCoroutine<? extends T> coroutine, Resumption<Coroutine<? extends T>> first) {
      this.coroutine = coroutine;
      this.first = first;
    }

    @Override
    void ended() {
      first.resume(coroutine);
    }
  }

  static <T extends @Nullable Object> Coroutine<? extends T> of(
      Collection<? extends Coroutine<? extends T>> coroutines) {
    List<JoinableCoroutine<? extends T>> all = new ArrayList<>(coroutines.size());
    for (Coroutine<? extends T> each : coroutines) {
      JoinableCoroutine<? extends T> one = (JoinableCoroutine<? extends T>) each;
      one.requireJoinable();
      all.add(one);
    }
    FirstEnd<T> wait = new FirstEnd<>();
    try {
      return Suspension.<Coroutine<? extends T>>await(
          all.size() == 1
              ? new JoinableCoroutine.Joining(all.getFirst())
              : "the first of " + all.size() + " coroutines",
          first -> wait.listen(all, first));
    } finally {
      wait.places.forEach(place -> place.coroutine.leave(place));
    }
  }

  private void listen(
      List<JoinableCoroutine<? extends T>> all, Resumption<Coroutine<? extends T>> first) {
    for (JoinableCoroutine<? extends T> each : all) {
      Place place = new Place(each, first);
      places.add(place);
      each.listen(place);
    }
  }
}
