package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineCancelledException;
import java.time.Duration;
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
        case CoroutineCancelledException _ -> {} // Not the caller's: as a join tells it.
        case Throwable failure -> throw (X) failure;
      }
    }
    return acquirer.result();
  }

  /** The end comes too late for the caller. */
  private final class Late extends End.Listener {
    @Override
    void ended() {
      acquirer.loop.runTask(Acquisition.this::lost);
    }
  }

  private void lost() {
    switch (acquirer.state()) {
      case DONE -> {
        try {
          onLost.accept(acquirer.result());
        } catch (Throwable thrown) {
          acquirer.loop.uncaught(acquirer, thrown);
        }
      }
      case FAILED -> acquirer.loop.uncaught(acquirer, acquirer.failure());
      default -> {} // It was cancelled, and has nothing.
    }
  }
}
