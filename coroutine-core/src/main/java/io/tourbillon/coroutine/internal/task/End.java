package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The listeners for the end of a coroutine. A listener can leave in constant time, so repeated
 * waits for a long-lived coroutine leave nothing behind.
 *
 * <p>Thread-safe. A spin lock guards the list, since the thread of a loop takes it. If that thread
 * parked, it could wait for a coroutine that cannot run without the loop. The holder writes about
 * five fields, allocates nothing, calls no other code, and has checked its stack before.
 *
 * <p>It also counts the watchers, which will see a failure. A watcher that gives up first
 * decrements the count and then checks whether the end has come. The loop first writes the end and
 * then checks the count. So at least one of them notices a failure that no watcher will see.
 */
final class End {
  private static final VarHandle HELD;
  private static final VarHandle WATCHERS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HELD = lookup.findVarHandle(End.class, "held", boolean.class);
      WATCHERS = lookup.findVarHandle(End.class, "watchers", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * A listener, which is notified once, unless it leaves before. A listener can be added only once,
   * to one list.
   */
  abstract static class Listener {
    // Guarded by the lock of the list until the end, and loop-confined after that.
    private @Nullable Listener next;
    private @Nullable Listener previous;
    private boolean linked;

    /**
     * Called when the coroutine has ended. The thread of the loop calls it, so it must not wait or
     * run code of users; if the end came before {@link #listen}, the listening thread calls it. It
     * is called again if memory runs out, so it must allocate before it changes anything.
     */
    abstract void ended();
  }

  /** The lock. Taken by compare-and-set, given back by a release write. */
  @SuppressWarnings("unused")
  private boolean held;

  /** The number of watchers, changed by atomic additions. */
  @SuppressWarnings("unused")
  private volatile int watchers;

  // Guarded by the lock.
  private boolean over;
  private @Nullable Listener first;
  private @Nullable Listener last;

  /**
   * The family of the scope whose child the coroutine is. Written once by the spawner, read by
   * dumps.
   */
  volatile @Nullable Family family;

  /** Adds a listener, or notifies it at once if the end has come. */
  void listen(Listener listener) {
    StackReserve.require();
    if (!add(listener)) {
      listener.ended();
    }
  }

  private boolean add(Listener listener) {
    lock();
    try {
      if (over) {
        return false;
      }
      listener.linked = true;
      Listener before = last;
      listener.previous = before;
      if (before == null) {
        first = listener;
      } else {
        before.next = listener;
      }
      last = listener;
      return true;
    } finally {
      unlock();
    }
  }

  /** Removes a listener if it is there. It may be notified at this moment. */
  void leave(Listener listener) {
    StackReserve.require();
    lock();
    try {
      if (over || !listener.linked) {
        return;
      }
      listener.linked = false;
      Listener before = listener.previous;
      Listener after = listener.next;
      if (before == null) {
        first = after;
      } else {
        before.next = after;
      }
      if (after == null) {
        last = before;
      } else {
        after.previous = before;
      }
      listener.previous = null;
      listener.next = null;
    } finally {
      unlock();
    }
  }

  /**
   * Notifies all listeners in the order of their arrival; later listeners are notified at once. The
   * caller must have checked its stack, as the loop has.
   */
  void tell() {
    Error failure = null;
    Listener each = takeAll();
    while (each != null) {
      Listener after = each.next;
      // A listener that is kept must not keep later listeners reachable.
      each.next = null;
      each.previous = null;
      failure = tellSurely(each, failure);
      each = after;
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Notifies a listener, whatever another one has thrown. Waits for memory if there is none.
   *
   * @param before the error of another listener; null if there is none
   * @return the error of this listener, or else the one before
   */
  private static @Nullable Error tellSurely(Listener listener, @Nullable Error before) {
    while (true) {
      try {
        listener.ended();
        return before;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      } catch (StackOverflowError full) {
        return full;
      }
    }
  }

  private @Nullable Listener takeAll() {
    lock();
    try {
      Listener all = first;
      over = true;
      first = null;
      last = null;
      return all;
    } finally {
      unlock();
    }
  }

  private void lock() {
    while (!HELD.compareAndSet(this, false, true)) {
      Thread.onSpinWait();
    }
  }

  private void unlock() {
    HELD.setRelease(this, false);
  }

  void watch() {
    int _ = (int) WATCHERS.getAndAdd(this, 1);
  }

  void unwatch() {
    int _ = (int) WATCHERS.getAndAdd(this, -1);
  }

  boolean isWatched() {
    return watchers > 0;
  }

  /**
   * One wait for the first of several coroutines to end. It removes its listeners at the end. Used
   * by the waiter alone.
   */
  static final class First<T extends @Nullable Object> {
    private final List<Place> places = new ArrayList<>();

    private First() {}

    /** The listener for one of the coroutines. */
    private final class Place extends Listener {
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
      First<T> wait = new First<>();
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
}
