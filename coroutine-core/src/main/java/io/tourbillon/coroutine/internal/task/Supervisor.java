package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScope;
import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Resumption;
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
 * The children of a {@link CoroutineScope}, and what their ends mean for the others.
 *
 * <pre>
 *   open --- a child has failed or won, the time is over ---> ending     all are cancelled
 *     |                                                         |
 *     +-------------------------- close ------------------------+---> closed, and no more can come
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

  /** Is told of a failure of them all, once, without the lock. */
  private final Consumer<Throwable> onFailure;

  /** Nobody waits, and no code of users runs, while it is held. */
  private final ShortLock lock = new ShortLock();

  // Guarded by the lock.
  private final ChildList left = new ChildList();

  /** Added, and not yet known to be placed on its loop. */
  private ChildList.@Nullable Child admitted;

  private @Nullable Resumption<@Nullable Void> waiter;
  private @Nullable Coroutine<?> winner;
  private @Nullable Throwable failure;

  /** Who was the first to fail, if that means anything for the others. */
  private @Nullable CoroutineTask<?> culprit;

  /** What the deadline of the scope has failed them with, if it was that which did. */
  private @Nullable TimeoutException late;

  private boolean ending;
  private boolean closed;

  /**
   * What has begun and is not carried out. The thread that begins it writes it under the lock. The
   * thread that has carried it out clears it without the lock, as a loop's own thread must not
   * queue for that; so it is volatile.
   */
  private volatile @Nullable Ending pending;

  /** Why those that are left have to end, which is told them without the lock. */
  private record Ending(
      String reason, @Nullable Throwable failure, List<CoroutineTask<?>> cancelled) {}

  Supervisor(Policy policy, Family family, Consumer<Throwable> onFailure) {
    this.policy = policy;
    this.family = family;
    this.onFailure = onFailure;
  }

  /**
   * Adds one, which is spawned under the lock, so that none is left behind by {@link #close}.
   *
   * @param spawn spawns it, cancelled for a reason if there is one, so that it does not begin, and
   *     tells the consumer of it before it is placed on its loop
   * @throws IllegalStateException if they are closed
   */
  <T extends @Nullable Object> Coroutine<T> add(
      BiFunction<@Nullable String, Consumer<CoroutineTask<T>>, CoroutineTask<T>> spawn) {
    lock.lock();
    try {
      requireOpen();
      CoroutineTask<T> child = spawn.apply(ending ? "its scope has ended" : null, this::admit);
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

  /** Adds one that is about to be placed: if there is no memory for this, it is not placed. */
  private void admit(CoroutineTask<?> child) {
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

  /** Resumes whoever waits for the end of the last; one at a time can. */
  void awaitEnd(Resumption<@Nullable Void> ended) {
    lock.lock();
    try {
      waiter = ended;
      wakeIfAllHaveEnded();
    } finally {
      lock.unlock();
    }
  }

  /** Who waits for the end waits for all that are left. */
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

  /** Why they have failed, or null if they have not. */
  @Nullable Throwable failure() {
    lock.lock();
    try {
      return winner == null ? failure : null;
    } finally {
      lock.unlock();
    }
  }

  /** Nobody will be told by these that they have failed: whoever else joins the culprit may be. */
  void giveUpFailure() {
    CoroutineTask<?> who;
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

  /** Who was the first to succeed, if that is what they are there for. */
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

  /** Which deadline has failed them, or null if none has. */
  @Nullable TimeoutException late() {
    lock.lock();
    try {
      return late;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Has them fail because their time is over, unless they are ending already. Waits for the memory
   * that this takes.
   *
   * @param limit the time that they have had
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
   * Cancels those that are left, and those that come, unless they are ending already. Waits for the
   * memory that this takes.
   *
   * @throws StackOverflowError if there is no room on the stack; nothing has happened then
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
   * Cancels those that are left; no more can come. Waits for the memory that this takes.
   *
   * @return whether they were open
   * @throws StackOverflowError if there is no room on the stack; nothing has happened then
   */
  boolean close() {
    while (true) {
      try {
        Ending begun = beginClose();
        carryOut(begun);
        return begun != null;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  // Each returns what the caller must carry out after it has given back the lock; null for nothing.

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

  private @Nullable Ending beginClose() {
    lock.lock();
    try {
      if (closed) {
        return null;
      }
      Ending begun = ending("its scope was closed", null);
      closed = true;
      return begun;
    } finally {
      lock.unlock();
    }
  }

  /**
   * A child has come to its end. Its loop calls this. The loop's own thread must not queue for the
   * lock: it could wait for a coroutine that cannot run without the loop. Mostly the lock is free,
   * which saves a turn.
   */
  private void ended(ChildList.Child child) {
    if (lock.tryLock()) {
      leave(child);
    } else {
      child.coroutine.loop.runTask(() -> leaveSurely(child));
    }
  }

  /** Waits for the lock, and for the memory that this takes. */
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
   * With the lock, which it gives back.
   *
   * @throws OutOfMemoryError if there is no memory; nothing has changed then
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

  private @Nullable Ending meaningOf(CoroutineTask<?> child) {
    return switch (child.state()) {
      case DONE -> succeeded(child);
      case FAILED -> failed(child);
      default -> null;
    };
  }

  /** Waits for the memory that this takes: those that are left would run on. */
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

  /** Tells all that are concerned. Doing it again tells those that have not been told. */
  private void tell(Ending begun) {
    Object reason = begun.reason;
    if (begun.failure != null) {
      onFailure.accept(begun.failure);
      reason = new Because(begun.reason, begun.failure);
    }
    for (CoroutineTask<?> child : begun.cancelled) {
      if (child.cancellation() == null) {
        child.cancel(Count.CANCELLED_BY_CALL, reason, CurrentLoop.whoAmI());
      }
    }
  }

  /** A reason that names a failure, put into words by who asks: that is code of users. */
  record Because(String what, Throwable failure) {
    @Override
    public String toString() {
      return what + ": " + SafeText.of(failure);
    }
  }

  // Under the lock.

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

  private @Nullable Ending succeeded(CoroutineTask<?> child) {
    if (policy != Policy.FIRST_SUCCESS || ending) {
      return null;
    }
    Ending begun = ending("another child of its scope was first", null);
    winner = child;
    return begun;
  }

  /**
   * What is neither thrown by join, nor suppressed by what is, is left to whoever is told of
   * failures that nobody has seen.
   */
  private @Nullable Ending failed(CoroutineTask<?> child) {
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
    // From here on nothing allocates, so the count of those who watch is right.
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
  @SuppressWarnings("ReferenceEquality") // An equals of users has no say in it.
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
