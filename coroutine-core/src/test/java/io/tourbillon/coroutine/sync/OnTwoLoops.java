package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;

/** A scheduler for each test, and coroutines that have reached their wait. */
abstract class OnTwoLoops {
  final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Spawns a coroutine, and waits until it is suspended. */
  final Coroutine<?> suspended(Action body) {
    return awaitSuspension(scheduler.spawn(body));
  }

  /** As {@link #suspended}, with a result. */
  final <T> Coroutine<T> suspendedFor(Callable<T> body) {
    return awaitSuspension(scheduler.spawn(body));
  }

  /** Waits for the end, and returns false if the coroutine was cancelled. */
  static boolean endsByItself(Coroutine<?> coroutine) throws TimeoutException {
    try {
      coroutine.join(PATIENCE);
      return true;
    } catch (CompletionException failure) {
      if (coroutine.state() != State.CANCELLED) {
        throw failure;
      }
      return false;
    }
  }

  static <T> Coroutine<T> awaitSuspension(Coroutine<T> coroutine) {
    while (coroutine.state() != State.SUSPENDED) {
      if (coroutine.state().isEnd()) {
        throw new AssertionError("it should wait: " + coroutine);
      }
      Thread.onSpinWait();
    }
    return coroutine;
  }
}
