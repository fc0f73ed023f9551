package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a coroutine. Only this library implements it. Thread-safe: any thread or coroutine
 * may call all methods.
 *
 * <pre>
 *   CREATED ---> READY &lt;----> RUNNING ---+--> DONE        the body returned
 *     |            |  ^         |        +--> FAILED      the body threw
 *     |            |  |         v        +--> CANCELLED   the body threw its cancellation
 *     |            |  +---- SUSPENDED
 *     +------------+--> CANCELLED before it began
 * </pre>
 *
 * @param <T> the type of the result
 */
public interface Coroutine<T extends @Nullable Object> {
  /** The state of a coroutine; the last three are final. */
  enum State {
    /**
     * The coroutine has not begun. It is on its way to its loop, or waits there for its first turn
     * while another loop may take it over; in that case it goes from here to RUNNING. On {@link
     * Engine#PLAIN_THREAD} it always does so, when a carrier of the JDK is free and its rate allows
     * it.
     */
    CREATED,
    /** The coroutine is ready and waits for its turn. */
    READY,
    /** The coroutine has the turn. */
    RUNNING,
    /** The coroutine waits for what {@link Coroutine#waitsFor} names. */
    SUSPENDED,
    /** The body returned. */
    DONE,
    /** The body threw an exception, or the loop died. */
    FAILED,
    /**
     * The coroutine was cancelled before it began, or its body threw the exception that showed the
     * cancellation: a {@link CoroutineCancelledException}, or what an interrupted blocking call
     * throws, such as an {@link InterruptedException} or an exception with that cause. A cancelled
     * body that throws another exception has failed.
     */
    CANCELLED;

    /** Returns whether this is a final state. */
    public boolean isEnd() {
      return compareTo(DONE) >= 0;
    }
  }

  /**
   * Asks the coroutine to end. Its next suspension point throws a {@link
   * CoroutineCancelledException}, at once if it is suspended, and so does every later one, except
   * inside {@link Coroutines#shield}. A coroutine that has not begun does not begin, unless it was
   * spawned with {@link SpawnOptions#evenIfCancelled}. If the body returns all the same, the
   * coroutine is done and keeps its result.
   *
   * @param reason the text for the exception
   * @return true if this call was the first to ask; false if another did before, or if the
   *     coroutine has ended
   */
  boolean cancel(String reason);

  /** Cancels the coroutine as {@link #cancel(String)} does, without giving a reason. */
  boolean cancel();

  /**
   * Waits until the coroutine has ended. A coroutine that calls this is suspended; another thread
   * is blocked.
   *
   * @return the value that the body returned
   * @throws java.util.concurrent.CompletionException if the body threw, or the coroutine was
   *     cancelled; the cause is the exception of the body, or a {@link
   *     java.util.concurrent.CancellationException} that names who cancelled it
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled while it
   *     waits
   * @throws java.util.concurrent.CancellationException if the caller is a thread that is
   *     interrupted before or while it waits; it stays interrupted. If the coroutine has ended
   *     already, an interrupted thread gets the result without a wait
   * @throws IllegalStateException if a coroutine tries to join itself
   */
  T join();

  /**
   * Waits as {@link #join()} does, for at most a limit.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the coroutine has not ended by then; it continues to run
   */
  T join(Duration limit) throws TimeoutException;

  /**
   * How a coroutine has ended, for code that handles all ends without an exception.
   *
   * <pre>{@code
   * String text = switch (coroutine.joinOutcome()) {
   *   case Coroutine.Outcome.Done<Page>(Page page) -> page.text();
   *   case Coroutine.Outcome.Failed<Page>(Throwable failure) -> "failed: " + failure;
   *   case Coroutine.Outcome.Cancelled<Page>(CancellationException why) -> "cancelled";
   * };
   * }</pre>
   *
   * @param <T> the type of the result
   */
  sealed interface Outcome<T extends @Nullable Object> {
    /**
     * The body returned.
     *
     * @param value what it returned
     */
    record Done<T extends @Nullable Object>(T value) implements Outcome<T> {}

    /**
     * The body threw.
     *
     * @param failure what it threw
     */
    record Failed<T extends @Nullable Object>(Throwable failure) implements Outcome<T> {}

    /**
     * The coroutine was cancelled.
     *
     * @param cancellation names who cancelled it, and why
     */
    record Cancelled<T extends @Nullable Object>(CancellationException cancellation)
        implements Outcome<T> {}
  }

  /**
   * Waits until the coroutine has ended, as {@link #join()} does, and returns how. Counts as seeing
   * a failure.
   *
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled while it
   *     waits
   * @throws java.util.concurrent.CancellationException as for {@link #join()}
   * @throws IllegalStateException if a coroutine tries to join itself
   */
  Outcome<T> joinOutcome();

  /**
   * Returns a new future that completes when the coroutine ends. Cancelling the future cancels the
   * coroutine. A future of a coroutine that has ended is done at once, and a stage that is added to
   * it runs in the caller. A future that is older is done a moment after the end: perhaps not yet
   * when {@link #join} or {@link CoroutineScheduler#close(java.time.Duration)} returns.
   *
   * <p>Stages that depend on the future run on the loop where the coroutine ended, unless they are
   * given an executor, and delay the other coroutines of the loop while they compute. On {@link
   * Engine#VIRTUAL_THREAD} such a stage runs in a virtual thread on the loop and may block. On
   * {@link Engine#PLAIN_THREAD} it runs in a virtual thread of its own, may block, and delays
   * nobody.
   *
   * <p>On the other engines it runs on the loop's thread. A stage that blocks there blocks the
   * loop, as does a failure whose {@code toString} blocks; a stage that waits for a coroutine, a
   * channel or a lock of this library gets an {@link IllegalStateException}. It stays on the loop
   * so that callers may rely on nothing else running there at the same time, if {@link
   * SpawnOptions} keep the coroutine there.
   */
  CompletableFuture<T> toFuture();

  /**
   * Waits until the first of several coroutines has ended, in whatever way. This does not count as
   * seeing a failure. Allocates a small object for each coroutine, and leaves nothing behind. To
   * take one after the other, use {@code Channel.asCompleted}.
   *
   * @return a coroutine that has ended
   * @throws IllegalArgumentException if the collection is empty
   * @throws IllegalStateException if the calling coroutine is among them
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled while it
   *     waits
   * @throws java.util.concurrent.CancellationException if the caller is a thread that is
   *     interrupted
   */
  static <T extends @Nullable Object> Coroutine<? extends T> awaitAny(
      Collection<? extends Coroutine<? extends T>> coroutines) {
    if (coroutines.isEmpty()) {
      throw new IllegalArgumentException("there must be at least one coroutine: " + coroutines);
    }
    return Implementation.KERNEL.awaitAny(coroutines);
  }

  /**
   * Waits until all coroutines have ended, in whatever way. Does not throw their exceptions.
   *
   * @throws IllegalStateException if the calling coroutine is among them
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled while it
   *     waits
   * @throws java.util.concurrent.CancellationException if the caller is a thread that is
   *     interrupted
   */
  static void awaitAll(Collection<? extends Coroutine<?>> coroutines) {
    Objects.requireNonNull(coroutines, "coroutines");
    Implementation.KERNEL.awaitAll(coroutines);
  }

  /** Returns its state, which may change at any moment. */
  State state();

  /**
   * Returns what it is suspended on, such as a delay, the stage that it awaits, or a blocking call
   * of the JDK; empty if it is not suspended.
   */
  Optional<String> waitsFor();

  /**
   * Returns its name, for logs and dumps: the name given at the spawn, or else a name with a
   * number. A thread that carries it has the given name, or none, to save memory.
   */
  String name();
}
