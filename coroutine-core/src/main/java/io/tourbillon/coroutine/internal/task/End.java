package io.tourbillon.coroutine.internal.task;

import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to know of the end of a coroutine: a list from which each can leave at once, so that
 * waiting again and again for one that lives long leaves nothing behind.
 *
 * <p>Thread-safe. A lock that spins guards the list, since the loop's own thread takes it. If that
 * thread parked, it could wait for a coroutine that cannot run without the loop. The holder writes
 * some five fields, allocates nothing, calls nobody, and has made sure of its stack before.
 *
 * <p>Beside that it counts who watches. One who gives up says so, and then looks whether the end
 * has come; the loop writes the end, and then looks whether anyone is left: so one of them knows of
 * a failure that nobody will see.
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
   * One who is told of the end, once, unless it leaves before. A listener is added to one list,
   * once.
   */
  abstract static class Listener {
    // Guarded by the list's lock until the end, and then the loop's.
    private @Nullable Listener next;
    private @Nullable Listener previous;
    private boolean linked;

    /**
     * The coroutine has ended. The loop's own thread calls this, so it must not wait, nor run code
     * of users; or the thread that listens calls it, if the end has come before. It is called again
     * if it runs out of memory, so it must allocate before it changes anything.
     */
    abstract void ended();
  }

  /** The lock; by compare-and-set, and given back by a release. */
  @SuppressWarnings("unused")
  private boolean held;

  /** By atomic additions. */
  @SuppressWarnings("unused")
  private volatile int watchers;

  // Guarded by the lock.
  private boolean over;
  private @Nullable Listener first;
  private @Nullable Listener last;

  /** Of the scope whose child it is; written once by who spawns, read by whoever dumps. */
  volatile @Nullable Family family;

  /** Adds one, who is told at once if the end has come. */
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

  /** Takes one out, if it is there: it may be told at this very moment. */
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
   * Tells all who listen, in the order in which they came, and who listens from now on. The caller
   * has made sure of its stack, as the loop has.
   */
  void tell() {
    Error failure = null;
    Listener each = takeAll();
    while (each != null) {
      Listener after = each.next;
      // A listener that somebody keeps must not keep those that came after it.
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
   * Nobody is to wait for ever for want of a moment's memory, or because another listener fails.
   *
   * @param before what another has thrown, if any
   * @return that, or what this one has thrown
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
}
