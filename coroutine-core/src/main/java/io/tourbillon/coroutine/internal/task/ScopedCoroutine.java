package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineLocal;
import io.tourbillon.coroutine.Deadline;
import io.tourbillon.coroutine.Kernel;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.task.CancelScope.Signal;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.text.Printable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine and its stack of {@linkplain CancelScope scopes}: limits, shields, values of locals
 * and children, and what a cancellation means inside them. The scopes are loop-confined.
 */
abstract sealed class ScopedCoroutine<T extends @Nullable Object> extends JoinableCoroutine<T>
    implements Kernel.Caller permits SuspendingCoroutine {
  /** The innermost scope; null for the whole coroutine. */
  private @Nullable CancelScope scope;

  ScopedCoroutine(CoroutineLoop loop, long number, @Nullable Traits traits) {
    super(loop, number, traits);
  }

  // The interrupts of blocking calls of the JDK, which only some engines deliver.

  /** Clears the interrupt status that an interrupt of ours left, and waits for one on its way. */
  abstract void clearInterrupt();

  /** Returns whether the last interrupt of ours was for a signal. */
  abstract boolean wasInterruptedFor(Signal signal);

  /** Forgets the last interrupt. */
  abstract void forgetInterrupt();

  public final @Nullable CancelScope scope() {
    return scope;
  }

  /**
   * Inherits the values of locals. Called before its first turn, by the code that spawns it.
   *
   * @param parent the calling coroutine; null if the caller is another thread
   */
  public final void inherit(@Nullable ScopedCoroutine<?> parent) {
    scope = CancelScope.Local.inherited(parent == null ? BlockingCall.scopeHere() : parent.scope);
  }

  @Override
  public final <V extends @Nullable Object, X extends Exception> V withTimeout(
      Duration limit, Body<V, X> part) throws X, TimeoutException {
    StackReserve.require(); // For leaving the scope.
    long limitNanos = TickScale.nanosOf(limit);
    return within(
        new CancelScope.Limit(
            scope, limit, TickScale.deadlineNanos(loop.elapsedNanos(), limitNanos)),
        part);
  }

  /** Runs a part within a limit that others can move. */
  final <V extends @Nullable Object, X extends Exception> V within(
      MovableLimit limit, Deadline.Scoped<V, X> part) throws X, TimeoutException {
    StackReserve.require(); // For leaving the scope.
    try {
      return within(limit, () -> part.in(limit));
    } finally {
      limit.leave();
    }
  }

  private <V extends @Nullable Object, X extends Exception, L extends CancelScope & Signal>
      V within(L mine, Body<V, X> part) throws X, TimeoutException {
    CancelScope outer = scope;
    scope = mine;
    try {
      return part.call();
    } catch (Throwable thrown) {
      if (isFor(mine, thrown)) {
        loop.counts().add(Count.TIMEOUTS, 1);
        TimeoutException timeout =
            new TimeoutException(Printable.of(name() + ": " + mine.reason()));
        timeout.initCause(thrown);
        throw timeout;
      }
      throw thrown;
    } finally {
      leaveTo(outer, CancelScope.LeftOpen.BY_A_PART);
      forgetInterruptFor(mine);
    }
  }

  @Override
  public final <V extends @Nullable Object, X extends Exception> V shield(
      Duration grace, Body<V, X> part) throws X {
    StackReserve.require(); // For leaving the scope.
    CancelScope outer = scope;
    clearInterrupt(); // An interrupt status that is left over would disturb the part.
    scope = new CancelScope.Shield(outer, loop.elapsedNanos(), TickScale.nanosOf(grace));
    try {
      return part.call();
    } finally {
      leaveTo(outer, CancelScope.LeftOpen.BY_A_PART);
    }
  }

  /** Runs a part with a value for a local. */
  final <V extends @Nullable Object, X extends Exception> V where(
      CoroutineLocal<?> local, @Nullable Object value, Body<V, X> part) throws X {
    StackReserve.require(); // For leaving the scope.
    CancelScope outer = scope;
    scope = new CancelScope.Local(outer, local, value);
    try {
      return part.call();
    } finally {
      leaveTo(outer, CancelScope.LeftOpen.BY_A_PART);
    }
  }

  /** Enters a scope that does not end with a call. */
  final CancelScope.Children enter(Family family, Supervisor supervisor) {
    CancelScope.Children entered = new CancelScope.Children(scope, family, supervisor);
    scope = entered;
    return entered;
  }

  /** Leaves the scope that was entered last. */
  final void leave(CancelScope.Children left) {
    left.end();
    if (!left.equals(scope)) {
      throw new IllegalStateException(
          "scopes must be closed in reverse order, and those opened inside a timeout, a shield or"
              + " CoroutineLocal.where must be closed there");
    }
    scope = left.outer;
    forgetInterruptFor(left);
  }

  /**
   * Leaves all scopes inside one. A scope with children that was left open is abandoned: none may
   * outlive the call that surrounds it.
   */
  final void leaveTo(@Nullable CancelScope outer, CancelScope.LeftOpen how) {
    CancelScope inner = scope;
    scope = outer;
    while (inner != null && inner != outer) {
      if (inner instanceof CancelScope.Children left) {
        left.abandon(how);
        loop.leftOpen(this, how);
      }
      inner = inner.outer;
    }
  }

  @Override
  public final long strikeNanos() {
    return CancelScope.strikeNanos(scope, cancellation());
  }

  final Signal signal() {
    return Objects.requireNonNull(CancelScope.signal(scope, cancellation()), "no signal");
  }

  @Override
  public final void checkCancelled() {
    if (isCancelled()) {
      throw cancelledException();
    }
  }

  @Override
  public final boolean isCancelled() {
    if (scope == null && cancellation() == null) {
      return false;
    }
    // The time first: then a movable limit that counts as struck here has expired for all.
    long nowNanos = loop.elapsedNanos();
    long nanos = strikeNanos();
    return nanos != CancelScope.NEVER && nanos <= nowNanos;
  }

  /** Checks for cancellation without suspending. Under a random policy, lets others go first. */
  @Override
  public final void passSuspensionPoint() {
    checkCancelled();
    if (loop.chance() != null) {
      yieldNow();
    }
  }

  final CoroutineCancelledException cancelledException() {
    Signal signal = signal();
    signal.raised();
    return new CoroutineCancelledException(
        name(), signal.source(), signal::reason, signal.cause(), signal);
  }

  /** Returns whether an exception shows this signal. */
  final boolean isFor(Signal signal, Throwable thrown) {
    return thrown instanceof CoroutineCancelledException raised
        ? raised.isFrom(signal)
        : wasInterruptedFor(signal)
            && Throwables.showInterrupt(thrown, Thread.currentThread().isInterrupted());
  }

  /** Clears an interrupt that was delivered for a signal of a scope that ends. */
  private void forgetInterruptFor(Signal signal) {
    if (wasInterruptedFor(signal)) {
      clearInterrupt();
      forgetInterrupt();
    }
  }

  /** Returns the families of the scopes that it opened and of the scope whose child it is. */
  public final List<Family> families() {
    Family own = family();
    if (own == null && scope == null) {
      return List.of();
    }
    List<Family> families = new ArrayList<>();
    if (own != null) {
      families.add(own);
    }
    for (CancelScope inner = scope; inner != null; inner = inner.outer) {
      if (inner instanceof CancelScope.Children opened) {
        families.add(opened.family);
      }
    }
    return families;
  }
}
