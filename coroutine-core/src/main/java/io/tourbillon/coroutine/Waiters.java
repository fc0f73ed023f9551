package io.tourbillon.coroutine;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue of waiters for the same thing, in the order of their arrival. A waiter that gives up is
 * removed from the middle at once, so the queue keeps no reference to it. For authors of
 * primitives, as {@link Suspension} is.
 *
 * <p>Not thread-safe: the lock of the primitive must guard it. All methods but {@link #any} take
 * constant time, a few nanoseconds.
 *
 * @param <W> the type of a waiter
 */
public final class Waiters<W> {
  private @Nullable Place<W> first;
  private @Nullable Place<W> last;

  /** Creates an empty queue. */
  public Waiters() {}

  /**
   * The place of a waiter in the queue.
   *
   * @param <W> the type of a waiter
   */
  public static final class Place<W> {
    private final Waiters<W> all;
    private final W waiter;
    private @Nullable Place<W> next;
    private @Nullable Place<W> previous;
    private boolean left;

    private Place(Waiters<W> all, W waiter) {
      this.all = all;
      this.waiter = waiter;
    }

    /** Removes the waiter from the queue, if it is still there. */
    public void leave() {
      if (!left) {
        left = true;
        all.unlink(this);
      }
    }
  }

  /** Adds a waiter at the end. */
  public Place<W> add(W waiter) {
    Place<W> place = new Place<>(this, waiter);
    place.previous = last;
    if (last == null) {
      first = place;
    } else {
      last.next = place;
    }
    last = place;
    return place;
  }

  /** Returns the first waiter without removing it; null if the queue is empty. */
  public @Nullable W peek() {
    return first == null ? null : first.waiter;
  }

  /** Removes and returns the first waiter; null if the queue is empty. */
  public @Nullable W poll() {
    Place<W> place = first;
    if (place == null) {
      return null;
    }
    place.leave();
    return place.waiter;
  }

  /** Returns whether a waiter matches a condition. Looks at all waiters until one matches. */
  public boolean any(Predicate<? super W> isLikeThat) {
    for (Place<W> place = first; place != null; place = place.next) {
      if (isLikeThat.test(place.waiter)) {
        return true;
      }
    }
    return false;
  }

  private void unlink(Place<W> place) {
    if (place.previous == null) {
      first = place.next;
    } else {
      place.previous.next = place.next;
    }
    if (place.next == null) {
      last = place.previous;
    } else {
      place.next.previous = place.previous;
    }
    // An unlinked place in the old generation must not keep later waiters reachable.
    place.next = null;
    place.previous = null;
  }
}
