package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.ShortLock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The children of a {@link CoroutineScope}. Decides what the end of a child means for the others.
 *
 * <pre>
 *   open --- a child fails or wins, or the limit passes ----> ending     all are cancelled
 *     |                                                         |
 *     +-------------------------- close ------------------------+---> closed; no child can be added
 * </pre>
 *
 * <p>Thread-safe.
 *
 * <p><b>If memory or stack runs out.</b> A method that allocates under the lock does so before it
 * changes anything. The lock is given only to a thread that has room on its stack for the rest.
 * Once the end has begun, its cancels wait for memory. If a cancel fails in another way, the next
 * call of {@link #cancel} or {@link #close} carries it out.
 */
final class Supervisor implements Awaited {
  private final Policy policy;
  private final Family family;

  /** Called once for the failure of the scope, without the lock. */
  private final Consumer<Throwable> onFailure;

  /**
   * Its holder does not wait. It must be reentrant: a child that cannot be spawned ends at once, in
   * the thread that adds it. Users' clocks and keys are asked while it is held.
   */
  private final ShortLock lock = new ShortLock();

  // Guarded by the lock.
  private final ChildList left = new ChildList();

  /** A child that was added and may not be placed on its loop yet. */
  private ChildList.@Nullable Child admitted;

  private @Nullable Resumption<@Nullable Void> waiter;
  private @Nullable Coroutine<?> winner;
  private @Nullable Throwable failure;

  /** The first child that failed, if the policy cares about failures. */
  private @Nullable SuspendingCoroutine<?> culprit;

  /** The exception for the limit of the scope, if that failed the scope. */
  private @Nullable TimeoutException late;

  private boolean ending;
  private boolean closed;

  /**
   * An ending that has begun and is not carried out. The thread that begins it writes it under the
   * lock. The thread that carries it out clears it without the lock, since the thread of a loop
   * must not wait for the lock; so the field is volatile.
   */
  private volatile @Nullable Ending pending;

  /**
   * Why the remaining children must end, and which they are. They are cancelled without the lock.
   */
  private record Ending(
      String reason, @Nullable Throwable failure, List<SuspendingCoroutine<?>> cancelled) {}

  Supervisor(Policy policy, Family family, Consumer<Throwable> onFailure) {
    this.policy = policy;
    this.family = family;
    this.onFailure = onFailure;
  }

  /**
   * Spawns a child under the lock, so that {@link #close} misses none.
   *
   * @param spawn spawns the child; it gets a reason if the child must be cancelled from the
   *     beginning, and a consumer that it must call with the child before it places it on its loop
   * @throws IllegalStateException if the scope is closed
   */
  <T extends @Nullable Object> Coroutine<T> add(
      BiFunction<@Nullable String, Consumer<SuspendingCoroutine<T>>, SuspendingCoroutine<T>>
          spawn) {
    lock.lock();
    try {
      requireOpen();
      SuspendingCoroutine<T> child =
          spawn.apply(ending ? "its scope has ended" : null, this::admit);
      admitted = null;
      return child;
    } finally {
      if (admitted != null) {
        left.remove(admitted);
        admitted = null;
      }
      lock.unlock();
    }
  }

  /** Adds a child before it is placed. If memory runs out here, the child is not placed. */
  private void admit(SuspendingCoroutine<?> child) {
    child.joinFamily(family);
    ChildList.Child listener =
        new ChildList.Child(child) {
          @Override
          void ended() {
            Supervisor.this.ended(this);
          }
        };
    child.listen(listener);
    left.add(listener);
    admitted = listener;
  }

  /** Resumes a waiter when the last child has ended. Only one waiter at a time is possible. */
  void awaitEnd(Resumption<@Nullable Void> ended) {
    lock.lock();
    try {
      waiter = ended;
      wakeIfAllHaveEnded();
    } finally {
      lock.unlock();
    }
  }

  /** Returns all children that have not ended: the waiter waits for each of them. */
  @Override
  public List<Coroutine<?>> holders() {
    lock.lock();
    try {
      return List.copyOf(left.coroutines());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "the children of a scope";
  }

  /** Returns the failure of the scope; null if it has not failed. */
  @Nullable Throwable failure() {
    lock.lock();
    try {
      return winner == null ? failure : null;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives up the failure, because the scope will not throw it. Then the failure of the first child
   * is reported, unless other code joins that child.
   */
  void giveUpFailure() {
    SuspendingCoroutine<?> who;
    lock.lock();
    try {
      who = winner == null ? culprit : null;
    } finally {
      lock.unlock();
    }
    if (who != null) {
      who.giveUp();
    }
  }

  /** Returns the first child that succeeded under {@code FIRST_SUCCESS}; null if there is none. */
  @Nullable Coroutine<?> winner() {
    lock.lock();
    try {
      return winner;
    } finally {
      lock.unlock();
    }
  }

  void checkOpen() {
    lock.lock();
    try {
      requireOpen();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the exception for the limit that failed the scope; null if no limit did. */
  @Nullable TimeoutException late() {
    lock.lock();
    try {
      return late;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Fails the scope because its limit has passed, unless it is ending already. Waits for memory if
   * there is none.
   *
   * @param limit the limit, for the message
   */
  void timeOut(Duration limit) {
    while (true) {
      try {
        carryOut(beginTimeOut(limit));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /**
   * Cancels the remaining children and all that are added later, unless the scope is ending
   * already. Waits for memory if there is none.
   *
   * @throws StackOverflowError if there is too little stack; nothing has changed then
   */
  void cancel(String reason) {
    while (true) {
      try {
        carryOut(beginCancel(reason));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /**
   * Cancels the remaining children; no child can be added after that. Waits for memory if there is
   * none.
   *
   * @return whether the scope was open
   * @throws StackOverflowError if there is too little stack; nothing has changed then
   */
  boolean close() {
    while (true) {
      try {
        boolean wasOpen = beginClose();
        carryOut(pending);
        return wasOpen;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  // Each returns what the caller must carry out without the lock; null for nothing.

  private @Nullable Ending beginTimeOut(Duration limit) {
    lock.lock();
    try {
      if (ending) {
        return pending;
      }
      TimeoutException thrown = new TimeoutException("the scope was open for " + limit);
      Ending begun = failing(thrown);
      late = thrown;
      return begun;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable Ending beginCancel(String reason) {
    lock.lock();
    try {
      return ending ? pending : ending(reason, null);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Closes the scope. If it is ending already, its children learn the reason for that, though the
   * thread that has begun that may not have told them yet. Returns whether it was open.
   */
  private boolean beginClose() {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      if (!ending) {
        Ending _ = ending("its scope was closed", null);
      }
      closed = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called by the loop of a child that has ended. The thread of a loop must not wait for the lock:
   * it could wait for a coroutine that cannot run without the loop. If the lock is free, as it
   * mostly is, this saves a turn.
   */
  private void ended(ChildList.Child child) {
    if (lock.tryLock()) {
      leave(child);
    } else {
      EventLoop.runTask(() -> leaveSurely(child));
    }
  }

  /** Handles the end of a child. Waits for the lock, and for memory if there is none. */
  private void leaveSurely(ChildList.Child child) {
    while (true) {
      lock.lock();
      try {
        leave(child);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /**
   * Handles the end of a child. The caller holds the lock; this method releases it.
   *
   * @throws OutOfMemoryError if memory runs out; nothing has changed then
   */
  private void leave(ChildList.Child child) {
    Ending begun;
    try {
      begun = left.contains(child) ? meaningOf(child.coroutine) : null;
      left.remove(child);
      wakeIfAllHaveEnded();
    } finally {
      lock.unlock();
    }
    carryOut(begun);
  }

  private @Nullable Ending meaningOf(SuspendingCoroutine<?> child) {
    return switch (child.state()) {
      case DONE -> succeeded(child);
      case FAILED -> failed(child);
      default -> null;
    };
  }

  /**
   * Carries out an ending, if it is not null. Waits for memory if there is none, since the
   * remaining children would run on.
   */
  private void carryOut(@Nullable Ending begun) {
    while (begun != null) {
      try {
        tell(begun);
        pending = null;
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /**
   * Reports the failure and cancels the remaining children. Can be repeated: it skips children that
   * were cancelled.
   */
  private void tell(Ending begun) {
    Object reason = begun.reason;
    if (begun.failure != null) {
      onFailure.accept(begun.failure);
      reason = new Because(begun.reason, begun.failure);
    }
    for (SuspendingCoroutine<?> child : begun.cancelled) {
      if (child.cancellation() == null) {
        child.cancel(Count.CANCELLED_BY_CALL, reason, CurrentLoop.whoAmI());
      }
    }
  }

  /** A reason that names a failure. Its text calls code of users, so it is made by the reader. */
  record Because(String what, Throwable failure) {
    @Override
    public String toString() {
      return what + ": " + SafeText.of(failure);
    }
  }

  // Called with the lock held.

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the scope is closed");
    }
  }

  private void wakeIfAllHaveEnded() {
    if (left.isEmpty() && waiter != null) {
      waiter.resume(null);
      waiter = null;
    }
  }

  private @Nullable Ending succeeded(SuspendingCoroutine<?> child) {
    if (policy != Policy.FIRST_SUCCESS || ending) {
      return null;
    }
    Ending begun = ending("another child of its scope was first", null);
    winner = child;
    return begun;
  }

  /**
   * Handles a failed child. A failure that join neither throws nor suppresses is left to the
   * exception handler.
   */
  private @Nullable Ending failed(SuspendingCoroutine<?> child) {
    if (policy == Policy.SUPERVISE || (ending && (failure == null || winner != null))) {
      return null;
    }
    Throwable thrown = child.failure();
    Ending begun = null;
    if (policy == Policy.FAIL_FAST && !ending) {
      begun = failing(thrown);
    } else if (failure == null) {
      failure = thrown;
    } else {
      suppress(failure, thrown);
    }
    // From here on nothing allocates, so the count of watchers is right.
    if (culprit == null) {
      culprit = child;
    }
    End _ = child.watched();
    return begun;
  }

  private Ending failing(Throwable thrown) {
    Ending begun = ending("its scope has failed", thrown);
    failure = thrown;
    return begun;
  }

  /** An exception suppresses others, but not itself. */
  @SuppressWarnings("ReferenceEquality") // Identity, not an equals of users.
  private static void suppress(Throwable failure, Throwable another) {
    if (failure != another) {
      failure.addSuppressed(another);
    }
  }

  private Ending ending(String reason, @Nullable Throwable thrown) {
    Ending begun = new Ending(reason, thrown, left.coroutines());
    if (thrown != null && failure != null) {
      suppress(thrown, failure);
    }
    ending = true;
    pending = begun;
    return begun;
  }
}
