package io.tourbillon.coroutine;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of a coroutine that is run by a coroutine of its own on the same loop, and what becomes of
 * its value if that comes too late.
 */
final class Acquisition<T extends @Nullable Object, X extends Exception> {
  private final CoroutineTask<?> caller;
  private final CoroutineTask<T> acquirer;
  private final Consumer<? super T> onLost;

  /** Begins. By the caller. */
  Acquisition(CoroutineTask<?> caller, Body<T, X> part, Consumer<? super T> onLost) {
    this.caller = caller;
    this.onLost = onLost;
    acquirer = caller.loop.spawnBeside(caller.name() + ", acquiring", part::call);
  }

  /** Waits for the value, but no longer than the limit. By the caller, once. */
  @SuppressWarnings("unchecked") // The part throws X or unchecked.
  T await(Duration limit) throws X, TimeoutException {
    CompletableFuture<T> end = acquirer.watched();
    CompletableFuture<Boolean> hasEnded = end.handle((value, failure) -> true);
    boolean taken = false;
    try {
      caller.withTimeout(limit, () -> caller.await(hasEnded, new Joining(acquirer)));
      taken = true;
    } finally {
      if (!taken) {
        CompletableFuture<T> _ = end.whenComplete(this::late);
      }
    }
    if (acquirer.state() == State.FAILED) {
      if (acquirer.failure() instanceof Error error) {
        throw error;
      }
      throw (X) acquirer.failure();
    }
    return end.join();
  }

  private void late(T value, @Nullable Throwable failure) {
    acquirer.loop.runTask(() -> lost(value, failure));
  }

  /** The end has come too late for the caller. */
  private void lost(T value, @Nullable Throwable failure) {
    if (failure == null) {
      try {
        onLost.accept(value);
      } catch (Throwable thrown) {
        acquirer.loop.uncaught(acquirer, thrown);
      }
    } else if (acquirer.state() == State.FAILED) {
      acquirer.loop.uncaught(acquirer, failure);
    }
  }
}
