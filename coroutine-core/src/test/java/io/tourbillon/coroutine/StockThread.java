package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A virtual thread of the JDK's own scheduler, whatever thread starts it. Keeps its failure. */
record StockThread(Thread thread, CompletableFuture<Void> outcome) {
  static StockThread start(Action body) {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    Runnable task =
        () -> {
          try {
            body.run();
            outcome.complete(null);
          } catch (Throwable failure) {
            outcome.completeExceptionally(failure);
          }
        };
    // A virtual thread that is started by a virtual thread runs on the same scheduler.
    CompletableFuture<Thread> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> started.complete(Thread.ofVirtual().name("stock").start(task)));
    return new StockThread(started.join(), outcome);
  }

  /** Waits until it has ended, and rethrows its failure. */
  void end(Duration limit) throws InterruptedException, TimeoutException {
    try {
      outcome.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new CompletionException(failed.getCause());
    }
  }
}
