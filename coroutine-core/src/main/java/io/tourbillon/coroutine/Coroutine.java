package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The handle of a coroutine. Only this library implements it. All methods may be called by any
 * thread, from inside a coroutine too.
 *
 * <pre>
 *   CREATED ---> READY &lt;----> RUNNING ---+--> DONE        the body has returned
 *     |            |  ^         |        +--> FAILED      the body has thrown
 *     |            |  |         v        +--> CANCELLED   the body has thrown its cancellation
 *     |            |  +---- SUSPENDED
 *     +------------+--> CANCELLED, without having begun
 * </pre>
 *
 * @param <T> what its body returns
 */
public interface Coroutine<T extends @Nullable Object> {
  /** How a coroutine stands; the last three are final. */
  enum State {
    /** It is on its way to its loop. */
    CREATED,
    /** It waits for its turn. */
    READY,
    /** It has the turn. */
    RUNNING,
    /** It waits for what {@link Coroutine#waitsFor} names. */
    SUSPENDED,
    /** Its body has returned. */
    DONE,
    /** Its body has thrown, or its loop has died. */
    FAILED,
    /**
     * It was cancelled before it began, or its body has thrown what it was told that by: a {@link
     * CoroutineCancelledException}, or what a blocking call throws when it is interrupted, such as
     * an {@link InterruptedException} or an exception with that as its cause. A body that throws
     * something else then has failed.
     */
    CANCELLED;

    /** Whether it has ended. */
    public boolean isEnd() {
      return compareTo(DONE) >= 0;
    }
  }

  /**
   * Asks the coroutine to end. It sees a {@link CoroutineCancelledException} at its next suspension
   * point, or at once if it is suspended, and at every suspension point after that until it has
   * ended, except inside of {@link Coroutines#shield}. One that has not begun does not begin,
   * unless it was spawned with {@link SpawnOptions#evenIfCancelled}. A body that returns
   * nevertheless is done, and its result stands.
   *
   * @param reason what the exception says
   * @return true if this call is the one that asked for it; false if one did before, or if the
   *     coroutine has ended
   */
  boolean cancel(String reason);

  /** As {@link #cancel(String)}, without a reason worth mentioning. */
  boolean cancel();

  /**
   * Waits until the coroutine has ended. Inside a coroutine this suspends, elsewhere it blocks the
   * thread.
   *
   * @return what its body has returned
   * @throws java.util.concurrent.CompletionException if the body has thrown, or the coroutine was
   *     cancelled; the cause is what it has thrown, or a {@link
   *     java.util.concurrent.CancellationException} that says who has cancelled it
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled meanwhile
   * @throws java.util.concurrent.CancellationException if the caller is a thread that is
   *     interrupted while it waits, or was before it had to; it stays interrupted. If the coroutine
   *     has ended there is no wait, and a thread that is interrupted gets the result, too
   * @throws IllegalStateException if a coroutine tries to join itself
   */
  T join();

  /**
   * As {@link #join()}, for a limited time.
   *
   * @param limit zero or less does not wait
   * @throws TimeoutException if the coroutine has not ended by then; it goes on
   */
  T join(Duration limit) throws TimeoutException;

  /**
   * A new future that completes as the coroutine ends. Cancelling it cancels the coroutine. What
   * depends on it runs on the coroutine's loop unless it is told to run elsewhere, and holds up the
   * other coroutines as long as it computes. On {@link Engine#VIRTUAL_THREAD} it may block, as it
   * runs in a virtual thread of its own. On the other engines it runs on the loop's own thread: one
   * that blocks holds up the loop, and so does a failure that blocks when the JDK puts it into
   * words for the stages that depend on the future, and one that waits for a coroutine, a channel
   * or a lock of this library is refused. It stays there for the sake of those who count on it that
   * nothing else runs on the loop meanwhile.
   */
  CompletableFuture<T> toFuture();

  /**
   * Waits for the first of some that has ended, in whatever way; that does not count as seeing a
   * failure. Costs a small object for each of them, and leaves nothing behind; {@code
   * Channel.asCompleted} is the way to take one after the other.
   *
   * @return that one
   * @throws IllegalArgumentException if there are none
   * @throws IllegalStateException if the calling coroutine is among them
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled meanwhile
   * @throws java.util.concurrent.CancellationException if it is a thread that is interrupted
   */
  static <T extends @Nullable Object> Coroutine<? extends T> awaitAny(
      Collection<? extends Coroutine<? extends T>> coroutines) {
    if (coroutines.isEmpty()) {
      throw new IllegalArgumentException("there must be a coroutine at least: " + coroutines);
    }
    return Implementation.KERNEL.awaitAny(coroutines);
  }

  /**
   * Waits until all of them have ended, in whatever way; it does not throw what they have thrown.
   *
   * @throws IllegalStateException if the calling coroutine is among them
   * @throws CoroutineCancelledException if the caller is a coroutine that is cancelled meanwhile
   * @throws java.util.concurrent.CancellationException if it is a thread that is interrupted
   */
  static void awaitAll(Collection<? extends Coroutine<?>> coroutines) {
    Objects.requireNonNull(coroutines, "coroutines");
    Implementation.KERNEL.awaitAll(coroutines);
  }

  /** How it stands; a snapshot, as it may change at any moment. */
  State state();

  /**
   * What it is suspended on: a delay, the stage that it awaits, a blocking call of the JDK. Empty
   * if it is not suspended.
   */
  Optional<String> waitsFor();

  /**
   * Its name, for logs and dumps: as it was spawned with, else one with a number. A thread that
   * carries it has that of the spawn, or none, to save memory.
   */
  String name();
}
