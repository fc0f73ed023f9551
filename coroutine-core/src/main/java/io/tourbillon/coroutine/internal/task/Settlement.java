package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.StackReserve;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a wait, which is settled once.
 *
 * <pre>
 *              +--- resume ---> a value
 *   PENDING ---+--- fail -----> a Failure
 *              +--- cut ------> CUT, by the waiter, for a cancellation, timeout or interrupt
 * </pre>
 *
 * <p>Each transition is one compare-and-set of {@link #outcome} from null, so exactly one of them
 * happens. After {@code resume} and {@code fail} the waiter is {@linkplain #wake woken}.
 */
public abstract sealed class Settlement<T extends @Nullable Object> implements Resumption<T>
    permits ResumptionTask, ThreadResumption {
  private static final VarHandle OUTCOME;

  static {
    try {
      OUTCOME = MethodHandles.lookup().findVarHandle(Settlement.class, "outcome", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Stands for the value null, since null stands for PENDING. */
  private static final Object NULL = new Object();

  private static final Object CUT = new Object();

  /**
   * Null while pending; written once by the thread that settles. Volatile, to publish the value.
   */
  private volatile @Nullable Object outcome;

  /** The action after a cut. Used by the waiter alone. */
  private @Nullable Runnable cleanUp;

  /** What the waiter waits for, for observers. */
  private final Object source;

  Settlement(Object source) {
    this.source = source;
  }

  @Override
  public final boolean resume(T value) {
    return settle(value == null ? NULL : value);
  }

  @Override
  public final boolean fail(Throwable failure) {
    return fail(Objects.requireNonNull(failure, "failure"), false);
  }

  /** Fails as {@link CompletableFuture#join} does. */
  final void failAsJoinDoes(Throwable failure) {
    boolean _ = fail(unwrapped(failure), true);
  }

  /**
   * Settles with a failure. Waits for memory if there is none, since the waiter would wait forever.
   */
  private boolean fail(Throwable cause, boolean asJoinDoes) {
    while (true) {
      try {
        return settle(new Failure(cause, asJoinDoes));
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Returns the cause of a {@link CompletionException}, or else the failure itself. */
  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
    return cause == null ? failure : cause;
  }

  /** Reads in this order: after a cut, the waiter clears what {@code isOverruled} reads. */
  @Override
  public final boolean isOver() {
    if (isOverruled()) {
      return true;
    }
    VarHandle.acquireFence();
    return isSettled();
  }

  @Override
  public final void onCancel(Runnable cleanUp) {
    this.cleanUp = Objects.requireNonNull(cleanUp, "cleanUp");
  }

  private boolean settle(Object settled) {
    if (isOverruled()) {
      boolean _ = OUTCOME.compareAndSet(this, null, CUT);
      return false;
    }
    if (!OUTCOME.compareAndSet(this, null, settled)) {
      return false;
    }
    wake();
    return true;
  }

  /**
   * Returns whether the waiter was already cancelled but does not know it yet. It gets no value
   * then; the thread that cancelled wakes it. Called by the thread that settles.
   */
  abstract boolean isOverruled();

  /** Wakes the waiter after a value or a failure. Called by the thread that settled. */
  abstract void wake();

  // Called by the waiter.

  /** Runs a registration. If it throws, this is cut, so that it accepts no value. */
  final void register(Consumer<? super Resumption<T>> registration) {
    StackReserve.require();
    boolean registered = false;
    try {
      registration.accept(this);
      registered = true;
    } finally {
      if (!registered && cut()) {
        letGo();
      }
    }
  }

  /**
   * Ends the wait without an outcome.
   *
   * @return true if the cut succeeded, so that the waiter can continue; false if it is settled
   */
  boolean cut() {
    return OUTCOME.compareAndSet(this, null, CUT);
  }

  /** Returns what the waiter waits for. */
  public final Object source() {
    return source;
  }

  public final boolean isSettled() {
    return outcome != null;
  }

  final boolean isCut() {
    return CUT.equals(outcome);
  }

  /** Clears references after the wait, so that a kept callback keeps no more than this object. */
  void letGo() {
    cleanUp = null;
  }

  /** Runs the action that removes the callback, after a cut. */
  final void cleanUp() {
    Runnable last = cleanUp;
    letGo();
    if (last != null) {
      last.run();
    }
  }

  /** Returns whether it failed with a cancellation of what was waited for. */
  final boolean isCancellation() {
    return outcome instanceof Failure(Throwable cause, boolean _)
        && cause instanceof CancellationException;
  }

  /** Returns the value, or throws the failure. It must be settled and not cut. */
  @SuppressWarnings({"unchecked", "NullAway"}) // Only resume stores values, and it stores T.
  final T value() {
    Object settled = outcome;
    if (settled instanceof Failure(Throwable cause, boolean asJoinDoes)) {
      // Made here, so that its stack shows where the waiter waited.
      throw asJoinDoes ? new LateCompletionException(cause) : unchecked(cause);
    }
    return NULL.equals(settled) ? null : (T) settled;
  }

  @Override
  public final String toString() {
    return source.toString();
  }

  private static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    // The cancellation of another coroutine is an ordinary failure for the waiter.
    return failure instanceof RuntimeException exception
            && !(failure instanceof CoroutineCancelledException)
        ? exception
        : new LateCompletionException(failure);
  }

  private record Failure(Throwable cause, boolean asJoinDoes) {}
}
