package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.Outcome;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.timer.durable.Firing;
import io.tourbillon.timer.durable.FiringHandler;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * Handlers of durable timers that are coroutines: each firing is a coroutine, which may suspend for
 * as long as it likes.
 *
 * <pre>{@code
 * DurableTimers timers = DurableTimers.open(Path.of("orders.db"))
 *     .handler("order-expiry", FiringCoroutines.on(scheduler, firing -> {
 *       Coroutines.await(shop.release(firing.key()));      // any CompletionStage
 *       Coroutines.delay(Duration.ofSeconds(1));
 *     }))
 *     .maxRunning(10_000)                                  // how many are in flight at most
 *     .build();
 * }</pre>
 *
 * <p>Beside each coroutine one virtual thread of the JDK waits for its end, in about a kilobyte:
 * that of the default executor of the durable timers. It also makes the end of the firing durable,
 * so that JDBC never blocks a loop. Keep that executor: a pool of threads would limit the
 * coroutines to as many as it has.
 *
 * <p><b>JDBC blocks.</b> A handler that needs {@link Firing#connection} uses it within {@code
 * Coroutines.blocking}, which lends it a thread and suspends the coroutine:
 *
 * <pre>{@code
 * Coroutines.blocking(() -> {
 *   try (PreparedStatement paid = firing.connection().prepareStatement("UPDATE ...")) {
 *     return paid.executeUpdate();
 *   }
 * });
 * }</pre>
 *
 * <p>A coroutine that fails or is cancelled is a failed attempt, and the timer is kept for another
 * one. So close the durable timers before the scheduler: their {@code close} waits for what runs. A
 * scheduler that is closed first cancels it, and refuses what becomes due afterwards; both use up
 * an attempt.
 */
public final class FiringCoroutines {
  private FiringCoroutines() {}

  /**
   * Makes a handler of a body. Each of its firings is a coroutine named after the handler and the
   * key.
   *
   * @param body what a firing does, as a coroutine
   */
  public static FiringHandler on(CoroutineScheduler scheduler, FiringHandler body) {
    Objects.requireNonNull(scheduler, "scheduler");
    Objects.requireNonNull(body, "body");
    return firing -> {
      String name = firing.handler() + " " + firing.key();
      rethrow(ended(scheduler.spawn(SpawnOptions.named(name), () -> body.fire(firing))));
    };
  }

  /**
   * Waits for the end of a coroutine. If this thread is interrupted, the coroutine is cancelled,
   * and this waits on: the transaction of the firing must not end while its coroutine may use it.
   * How the coroutine ends tells of the interruption then.
   */
  private static Outcome<?> ended(Coroutine<?> coroutine) {
    while (true) {
      try {
        return coroutine.joinOutcome();
      } catch (CoroutineCancelledException cancelled) {
        coroutine.cancel("the coroutine that fires was cancelled");
        throw cancelled; // The executor runs firings as coroutines, and this one is cancelled.
      } catch (CancellationException stopped) {
        Thread.interrupted(); // Or the next wait would end at once.
        coroutine.cancel("the thread that waits for the firing was interrupted");
      }
    }
  }

  private static void rethrow(Outcome<?> outcome) throws Exception {
    switch (outcome) {
      case Outcome.Done<?> _ -> {}
      case Outcome.Cancelled<?>(CancellationException cancellation) -> throw cancellation;
      case Outcome.Failed<?>(Throwable failure) -> {
        switch (failure) {
          case Exception exception -> throw exception;
          case Error error -> throw error;
          default -> throw new CompletionException(failure);
        }
      }
    }
  }
}
