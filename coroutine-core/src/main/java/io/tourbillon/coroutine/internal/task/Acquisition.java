package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineCancelledException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An acquisition that runs in a coroutine of its own, and passes its value on if the value comes
 * too late. Implements {@code Coroutines.acquireWithin}.
 */
final class Acquisition<T extends @Nullable Object, X extends Exception> {
  private final SuspendingCoroutine<?> caller;
  private final SuspendingCoroutine<T> acquirer;
  private final Consumer<? super T> onLost;

  /** Starts the acquisition. Called by the coroutine that wants the value. */
  Acquisition(SuspendingCoroutine<?> caller, Body<T, X> part, Consumer<? super T> onLost) {
    this.caller = caller;
    this.onLost = onLost;
    acquirer = caller.spawnBeside(caller.name() + ", acquiring", part::call);
  }

  /** Waits for the value, at most until the limit. Called once, by the same coroutine. */
  @SuppressWarnings("unchecked") // The part throws X or unchecked.
  T await(Duration limit) throws X, TimeoutException {
    End end = acquirer.watched();
    boolean taken = false;
    try {
      caller.<@Nullable Void, RuntimeException>withTimeout(
          limit,
          () -> {
            acquirer.awaitEnd();
            return null;
          });
      taken = true;
    } finally {
      if (!taken) {
        end.listen(new Late());
      }
    }
    if (acquirer.state() == State.FAILED) {
      switch (acquirer.failure()) {
        case Error error -> throw error;
        case CoroutineCancelledException
                _ -> {} // A cancellation of another coroutine: result() below reports it as a join
        // does.
        case Throwable failure -> throw (X) failure;
      }
    }
    return acquirer.result();
  }

  /** Handles an end that comes too late for the caller. */
  private final class Late extends End.Listener {
    @Override
    void ended() {
      CurrentLoop.runTask(Acquisition.this::lost);
    }
  }

  private void lost() {
    switch (acquirer.state()) {
      case DONE -> {
        try {
          onLost.accept(acquirer.result());
        } catch (Throwable thrown) {
          acquirer.loop().uncaught(acquirer, thrown);
        }
      }
      case FAILED -> acquirer.loop().uncaught(acquirer, acquirer.failure());
      default -> {} // It was cancelled and acquired nothing.
    }
  }
}
