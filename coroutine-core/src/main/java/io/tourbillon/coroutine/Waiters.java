package io.tourbillon.coroutine;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for the same thing, in the order in which they came. Whoever gives up leaves from
 * the middle, at once, so that nobody who has gone is kept. For those who write what coroutines and
 * threads share, as {@link Suspension} is.
 *
 * <p>Not thread-safe: guarded by the lock of what is waited for. All methods but {@link #any} take
 * a few nanoseconds, however many wait.
 *
 * @param <W> who waits
 */
public final class Waiters<W> {
  private @Nullable Place<W> first;
  private @Nullable Place<W> last;

  /** A row without anybody. */
  public Waiters() {}

  /**
   * The place of one of them.
   *
   * @param <W> who waits
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

    /** Gives the place up, if it was not taken out before. */
    public void leave() {
      if (!left) {
        left = true;
        all.unlink(this);
      }
    }
  }

  /** Adds one at the end. */
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

  /** The first, who stays, or null if nobody waits. */
  public @Nullable W peek() {
    return first == null ? null : first.waiter;
  }

  /** Takes out the first, or returns null. */
  public @Nullable W poll() {
    Place<W> place = first;
    if (place == null) {
      return null;
    }
    place.leave();
    return place.waiter;
  }

  /** Whether one of them is like that; the only method that looks at all, while it finds none. */
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
    // Garbage that has grown old must not keep those alive that came later.
    place.next = null;
    place.previous = null;
  }
}
