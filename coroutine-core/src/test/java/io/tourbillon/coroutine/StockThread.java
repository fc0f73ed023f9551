package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A virtual thread of the JDK's own scheduler, whoever starts it, whose failure is not lost. */
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
    // Virtual threads that are started by a virtual thread run where that one does.
    CompletableFuture<Thread> started = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> started.complete(Thread.ofVirtual().name("stock").start(task)));
    return new StockThread(started.join(), outcome);
  }

  /** Waits until it has ended, well. */
  void end(Duration limit) throws InterruptedException, TimeoutException {
    try {
      outcome.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      throw new CompletionException(failed.getCause());
    }
  }
}
