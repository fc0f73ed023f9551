package io.tourbillon.coroutine.netty;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GenericFutureListener;
import io.tourbillon.coroutine.Coroutines;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Awaits Netty's futures. */
public final class NettyFutures {
  private NettyFutures() {}

  /**
   * Suspends the calling coroutine until a future is complete. If the coroutine is cancelled
   * meanwhile, its listener is removed and the future goes on.
   *
   * @return what it completes with
   * @throws CompletionException if it fails; the cause is the failure
   * @throws CancellationException if the future is cancelled
   * @throws io.tourbillon.coroutine.CoroutineCancelledException if the coroutine is
   * @throws IllegalStateException outside a coroutine
   */
  public static <T extends @Nullable Object> T await(Future<T> future) {
    Objects.requireNonNull(future, "future");
    return Coroutines.<T>suspend(
        resumption -> {
          GenericFutureListener<Future<T>> listener =
              complete -> {
                if (complete.isSuccess()) {
                  resumption.resume(complete.getNow());
                } else {
                  resumption.fail(asJoinFails(complete.cause()));
                }
              };
          resumption.onCancel(() -> future.removeListener(listener));
          future.addListener(listener);
        });
  }

  private static Throwable asJoinFails(Throwable failure) {
    return failure instanceof CancellationException ? failure : new CompletionException(failure);
  }
}
