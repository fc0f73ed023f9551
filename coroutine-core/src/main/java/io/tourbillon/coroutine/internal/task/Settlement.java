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
 * How a wait ends, which is settled once.
 *
 * <pre>
 *              +--- resume ---> a value
 *   PENDING ---+--- fail -----> a Failure
 *              +--- cut ------> CUT, by the waiter, for a cancellation, timeout or interrupt
 * </pre>
 *
 * <p>Each is one compare-and-set of {@link #outcome}, so exactly one of them is what happens. After
 * the first two the waiter is {@linkplain #wake woken}.
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

  /** Stands for null, as null stands for PENDING. */
  private static final Object NULL = new Object();

  private static final Object CUT = new Object();

  /** Null while pending; written once by whoever settles it. Volatile, for the value it carries. */
  private volatile @Nullable Object outcome;

  /** The waiter's own. */
  private @Nullable Runnable cleanUp;

  /** Where it will come from, for whoever asks. */
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

  /** Waits for the memory that this takes: whoever waits would wait for ever. */
  private boolean fail(Throwable cause, boolean asJoinDoes) {
    while (true) {
      try {
        return settle(new Failure(cause, asJoinDoes));
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** What a failure is about: the cause of one that only wraps it. */
  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : null;
    return cause == null ? failure : cause;
  }

  /** In this order: a waiter that is cut lets go of what isOverruled looks at, after the cut. */
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
   * Whether the waiter was cancelled before, and only does not know it yet: then it gets nothing
   * that comes now, and whoever has cancelled it wakes it. By whoever settles.
   */
  abstract boolean isOverruled();

  /** It is settled by a value or a failure. By whoever has settled it. */
  abstract void wake();

  // By the waiter.

  /** Runs a registration, after which this takes nothing if it throws. */
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
   * @return whether the waiter can go on now; false if it goes on anyway
   */
  boolean cut() {
    return OUTCOME.compareAndSet(this, null, CUT);
  }

  /** What is waited for, as whoever waits has said. */
  public final Object source() {
    return source;
  }

  public final boolean isSettled() {
    return outcome != null;
  }

  final boolean isCut() {
    return CUT.equals(outcome);
  }

  /** The wait is over; whoever keeps the callback keeps no more than this object. */
  void letGo() {
    cleanUp = null;
  }

  /** Takes the callback back, after a cut. */
  final void cleanUp() {
    Runnable last = cleanUp;
    letGo();
    if (last != null) {
      last.run();
    }
  }

  /** Whether something that was waited for was cancelled. */
  final boolean isCancellation() {
    return outcome instanceof Failure(Throwable cause, boolean _)
        && cause instanceof CancellationException;
  }

  /** What the waiter goes on with, once that is settled and no cut. */
  @SuppressWarnings({"unchecked", "NullAway"}) // Only resume stores values, and it stores T.
  final T value() {
    Object settled = outcome;
    if (settled instanceof Failure(Throwable cause, boolean asJoinDoes)) {
      // Made here, so that it shows where the waiter has waited.
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
    // Another coroutine's cancellation is no more to the waiter than any other failure.
    return failure instanceof RuntimeException exception
            && !(failure instanceof CoroutineCancelledException)
        ? exception
        : new LateCompletionException(failure);
  }

  private record Failure(Throwable cause, boolean asJoinDoes) {}
}
