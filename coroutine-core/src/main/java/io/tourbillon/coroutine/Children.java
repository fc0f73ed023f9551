package io.tourbillon.coroutine;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.LoopCounts.Count;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.StackReserve;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
 */
final class Children implements Awaited {
  private final Policy policy;
  private final Family family;

  /** Is told of a failure of them all, once, without the lock. */
  private final Consumer<Throwable> onFailure;

  /** Nobody waits, and no code of users runs, while it is held. */
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final Set<CoroutineTask<?>> left = new LinkedHashSet<>();

  /** Added, and not yet known to be placed on its loop. */
  private @Nullable CoroutineTask<?> admitted;

  private @Nullable Resumption<@Nullable Void> waiter;
  private @Nullable Coroutine<?> winner;
  private @Nullable Throwable failure;

  /** Who was the first to fail, if that means anything for the others. */
  private @Nullable CoroutineTask<?> culprit;

  private boolean ending;
  private boolean closed;

  /** Why those that are left have to end, which is told them without the lock. */
  private record Ending(
      String reason, @Nullable Throwable failure, List<CoroutineTask<?>> cancelled) {}

  Children(Policy policy, Family family, Consumer<Throwable> onFailure) {
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
    StackReserve.require();
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
    child.listen(
        new End.Listener() {
          @Override
          void ended() {
            Children.this.ended(child);
          }
        });
    left.add(child);
    admitted = child;
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
      return List.copyOf(left);
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

  /** Has them fail, unless they are ending already. */
  void fail(Throwable thrown) {
    endUnlessEnding(() -> failing(thrown));
  }

  /** Cancels those that are left, and those that come, unless they are ending already. */
  void cancel(String reason) {
    endUnlessEnding(() -> ending(reason, null));
  }

  private void endUnlessEnding(Supplier<Ending> begin) {
    Ending begun;
    lock.lock();
    try {
      begun = ending ? null : begin.get();
    } finally {
      lock.unlock();
    }
    if (begun != null) {
      carryOut(begun);
    }
  }

  /**
   * Cancels those that are left; no more can come.
   *
   * @return whether they were open
   */
  boolean close() {
    Ending begun;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      begun = ending("its scope was closed", null);
    } finally {
      lock.unlock();
    }
    carryOut(begun);
    return true;
  }

  /**
   * A child has come to its end. Its loop calls this. The loop's own thread must not queue for the
   * lock: it could wait for a coroutine that cannot run without the loop. Mostly the lock is free,
   * which saves a turn.
   */
  private void ended(CoroutineTask<?> child) {
    if (lock.tryLock()) {
      leave(child);
    } else {
      child.loop.runTask(
          () -> {
            lock.lock();
            leave(child);
          });
    }
  }

  /** With the lock, which it gives back. */
  private void leave(CoroutineTask<?> child) {
    Ending begun;
    try {
      left.remove(child);
      begun =
          switch (child.state()) {
            case DONE -> succeeded(child);
            case FAILED -> failed(child);
            default -> null;
          };
      wakeIfAllHaveEnded();
    } finally {
      lock.unlock();
    }
    if (begun != null) {
      carryOut(begun);
    }
  }

  private void carryOut(Ending begun) {
    Object reason = begun.reason;
    if (begun.failure != null) {
      onFailure.accept(begun.failure);
      reason = new Because(begun.reason, begun.failure);
    }
    for (CoroutineTask<?> child : begun.cancelled) {
      child.cancel(Count.CANCELLED_BY_CALL, reason, CurrentLoop.whoAmI());
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
    winner = child;
    return ending("another child of its scope was first", null);
  }

  /**
   * What is neither thrown by join, nor suppressed by what is, is left to whoever is told of
   * failures that nobody has seen.
   */
  private @Nullable Ending failed(CoroutineTask<?> child) {
    if (policy == Policy.SUPERVISE || (ending && (failure == null || winner != null))) {
      return null;
    }
    End _ = child.watched();
    Throwable thrown = child.failure();
    if (culprit == null) {
      culprit = child;
    }
    if (policy == Policy.FAIL_FAST && !ending) {
      return failing(thrown);
    }
    if (failure == null) {
      failure = thrown;
    } else {
      suppress(failure, thrown);
    }
    return null;
  }

  private Ending failing(Throwable thrown) {
    if (failure != null) {
      suppress(thrown, failure);
    }
    failure = thrown;
    return ending("its scope has failed", thrown);
  }

  /** An exception suppresses others, but not itself. */
  @SuppressWarnings("ReferenceEquality") // An equals of users has no say in it.
  private static void suppress(Throwable failure, Throwable another) {
    if (failure != another) {
      failure.addSuppressed(another);
    }
  }

  private Ending ending(String reason, @Nullable Throwable thrown) {
    ending = true;
    return new Ending(reason, thrown, List.copyOf(left));
  }
}
