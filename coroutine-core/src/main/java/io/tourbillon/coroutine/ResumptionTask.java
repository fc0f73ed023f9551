package io.tourbillon.coroutine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * One suspension that a callback ends.
 *
 * <pre>
 *              +--- resume ---> a value
 *   PENDING ---+--- fail -----> a Failure
 *              +--- cut ------> CUT, by the loop, for a cancellation or timeout
 * </pre>
 *
 * <p>Each is one compare-and-set of {@link #outcome}, so exactly one of them is what happens. After
 * the first two the resumption goes to the loop as a message, by which the coroutine gets its turn.
 */
class ResumptionTask<T extends @Nullable Object> implements Resumption<T>, Message {
  private static final VarHandle OUTCOME;

  static {
    try {
      OUTCOME = MethodHandles.lookup().findVarHandle(ResumptionTask.class, "outcome", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Stands for null, as null stands for PENDING. */
  private static final Object NULL = new Object();

  private static final Object CUT = new Object();

  /**
   * Not final, as a resumption that is over lets the coroutine go: whoever keeps the callback keeps
   * no more than this object. Cleared on the loop when the message has come or after a cut, when no
   * other thread reads it any more: one that wants to must first have settled the outcome.
   */
  private @Nullable CoroutineTask<?> coroutine;

  /** Null while pending; written once by whoever settles it. Volatile, for the value it carries. */
  private volatile @Nullable Object outcome;

  /** Touched only on the loop, as is the coroutine. */
  private @Nullable Runnable cleanUp;

  /** Where it will come from, for whoever asks. */
  private final Object source;

  ResumptionTask(CoroutineTask<?> coroutine, Object source) {
    this.coroutine = coroutine;
    this.source = source;
  }

  @Override
  public final boolean resume(T value) {
    return settle(value == null ? NULL : value);
  }

  @Override
  public final boolean fail(Throwable failure) {
    return settle(new Failure(Objects.requireNonNull(failure, "failure")));
  }

  /** Fails as {@link CompletableFuture#join} does. */
  final void failAsJoinDoes(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    settle(new StageFailure(cause == null ? failure : cause));
  }

  @Override
  public final void onCancel(Runnable cleanUp) {
    this.cleanUp = Objects.requireNonNull(cleanUp, "cleanUp");
  }

  private boolean settle(Object settled) {
    if (!OUTCOME.compareAndSet(this, null, settled)) {
      return false;
    }
    Objects.requireNonNull(coroutine, "it is let go by whoever settles").loop.tell(this);
    return true;
  }

  /** Brings the turn. By the loop. */
  @Override
  public final void run() {
    CoroutineTask<?> resumed = coroutine;
    if (resumed != null) {
      letGo();
      resumed.settled(this);
    }
  }

  /**
   * Ends the suspension without an outcome. By the loop, or by the coroutine while it has the turn.
   *
   * @return whether the coroutine can go on now; false if it goes on anyway
   */
  boolean cut() {
    return OUTCOME.compareAndSet(this, null, CUT);
  }

  final boolean isSettled() {
    return outcome != null;
  }

  final boolean isCut() {
    return CUT.equals(outcome);
  }

  /** Lets the coroutine go. On its loop, once the outcome is settled. */
  final void letGo() {
    coroutine = null;
    cleanUp = null;
  }

  /** Takes the callback back, after a cut. By the coroutine. */
  final void cleanUp() {
    Runnable last = cleanUp;
    letGo();
    if (last != null) {
      last.run();
    }
  }

  /** What the coroutine goes on with, once that is settled and no cut. By the coroutine. */
  @SuppressWarnings({"unchecked", "NullAway"}) // Only resume stores values, and it stores T.
  final T value() {
    Object settled = outcome;
    if (settled instanceof Failure(Throwable cause)) {
      throw unchecked(cause);
    }
    if (settled instanceof StageFailure(Throwable cause)) {
      // Made here, so that it shows where the coroutine has waited.
      throw cause instanceof CancellationException cancelled
          ? cancelled
          : new CompletionException(cause);
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
    return failure instanceof RuntimeException exception
        ? exception
        : new CompletionException(failure);
  }

  private record Failure(Throwable cause) {}

  private record StageFailure(Throwable cause) {}
}
