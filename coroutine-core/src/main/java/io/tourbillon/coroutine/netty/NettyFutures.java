package io.tourbillon.coroutine.netty;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.internal.task.CurrentLoop;
import io.tourbillon.timer.internal.LateCompletionException;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Awaits futures of Netty. */
@SuppressWarnings("exports") // Users of this package require Netty themselves.
public final class NettyFutures {
  private NettyFutures() {}

  /**
   * Suspends the calling coroutine until a future is complete. If the coroutine is cancelled first,
   * its listener is removed, and the future goes on. Returns at once if the future is complete.
   *
   * @return the result of the future
   * @throws CompletionException if the future fails or is cancelled; the cause is the failure, or a
   *     {@link java.util.concurrent.CancellationException}
   * @throws io.tourbillon.coroutine.CoroutineCancelledException if the calling coroutine is
   *     cancelled
   * @throws IllegalStateException outside a coroutine
   */
  public static <T extends @Nullable Object> T await(Future<T> future) {
    Objects.requireNonNull(future, "future");
    CurrentLoop.requireCoroutine("NettyFutures.await").checkCancelled();
    Future<T> complete = future.isDone() ? future : completed(future);
    if (complete.isSuccess()) {
      return complete.getNow();
    }
    throw new LateCompletionException(complete.cause());
  }

  private static <T extends @Nullable Object> Future<T> completed(Future<T> future) {
    return Coroutines.suspend(
        resumption -> {
          GenericFutureListener<Future<T>> listener = resumption::resume;
          resumption.onCancel(() -> future.removeListener(listener));
          future.addListener(listener);
        });
  }
}
