package io.tourbillon.examples;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A Jetty handler with a coroutine for each request, on any engine. Jetty handles HTTP and calls
 * back; code in a subclass reads, writes and waits as if it had its own thread.
 *
 * <p>A body is read only on demand, and written only as fast as the client receives it, so each
 * needs no more memory than a buffer.
 */
abstract class CoroutineHandler extends Handler.Abstract.NonBlocking {
  private final CoroutineScheduler scheduler;
  private final Duration limit;

  /**
   * Makes a handler.
   *
   * @param limit how long a response may take, to its last byte
   */
  CoroutineHandler(CoroutineScheduler scheduler, Duration limit) {
    this.scheduler = scheduler;
    this.limit = limit;
  }

  /** Responds to a request. Called by a coroutine. An exception becomes an error status. */
  abstract void answer(Request request, Response response) throws Exception;

  @Override
  public final boolean handle(Request request, Response response, Callback callback) {
    Coroutine<?> answering = scheduler.spawn(() -> answerInTime(request, response));
    request.addFailureListener(failure -> answering.cancel("the client is gone: " + failure));
    // Runs on the loop, but does not block it: Jetty continues in its own threads.
    CompletableFuture<?> _ =
        answering
            .toFuture()
            .whenComplete(
                (nothing, failure) -> {
                  if (failure == null) {
                    callback.succeeded();
                  } else {
                    callback.failed(status(failure));
                  }
                });
    return true;
  }

  private void answerInTime(Request request, Response response) throws Exception {
    Coroutines.withTimeout(limit, () -> answer(request, response));
  }

  private static Throwable status(Throwable failure) {
    return failure instanceof TimeoutException
        ? new HttpException.RuntimeException(HttpStatus.SERVICE_UNAVAILABLE_503, failure)
        : failure;
  }

  /**
   * Suspends until there is more of the body.
   *
   * @return the next part, which must be written or released
   * @throws IOException if the client does not send the whole body
   */
  static Content.Chunk read(Request request) throws IOException {
    Content.Chunk chunk = request.read();
    while (chunk == null) {
      Coroutines.await(Callback.Completable.with(more -> request.demand(more::succeeded)));
      chunk = request.read();
    }
    if (Content.Chunk.isFailure(chunk)) {
      throw new IOException("a request must come to its end", chunk.getFailure());
    }
    return chunk;
  }

  /**
   * Suspends until a part of a body has been written, and then releases it. It is not released
   * earlier, even if the coroutine is cancelled: a write cannot be withdrawn.
   */
  static void write(Response response, Content.Chunk chunk) {
    Coroutines.await(
        Callback.Completable.with(
            written ->
                response.write(
                    chunk.isLast(),
                    chunk.getByteBuffer(),
                    Callback.from(chunk::release, written))));
  }

  /** Suspends until a whole body has been written. */
  static void write(Response response, String text) {
    Coroutines.await(
        Callback.Completable.with(written -> Content.Sink.write(response, true, text, written)));
  }
}
