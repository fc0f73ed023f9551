package io.tourbillon.coroutine.bridge;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.Outcome;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.timer.durable.DurableTimersException;
import io.tourbillon.timer.durable.Firing;
import io.tourbillon.timer.durable.FiringHandler;
import io.tourbillon.timer.internal.IndependentThread;
import java.sql.Connection;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

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
 * <p><b>JDBC blocks.</b> A handler that needs {@link Firing#connection} gets it by {@link
 * #connection}, which suspends, and uses it within {@code Coroutines.blocking}, which lends it a
 * thread and suspends the coroutine:
 *
 * <pre>{@code
 * Connection connection = FiringCoroutines.connection(firing);
 * Coroutines.blocking(() -> {
 *   try (PreparedStatement paid = connection.prepareStatement("UPDATE ...")) {
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
  private static final int IDLE_SECONDS = 10;

  /**
   * Starts threads. A virtual thread gets the scheduler of the thread that starts it, and must not
   * get a loop as its scheduler, since JDBC would block it. An idle one ends.
   */
  private static final ThreadPoolExecutor STARTER =
      new ThreadPoolExecutor(
          1,
          1,
          IDLE_SECONDS,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          starter -> IndependentThread.daemon("tourbillon-firing-starter", starter));

  static {
    STARTER.allowCoreThreadTimeOut(true);
  }

  private FiringCoroutines() {}

  /**
   * Begins the transaction of a firing as {@link Firing#connection} does, and suspends the
   * coroutine until it has begun. With SQLite, firings wait for each other's transactions. If they
   * did that within {@code Coroutines.blocking}, they could take all its threads, and the firing
   * that has the file would get none for its next call.
   *
   * @param firing that of the calling coroutine
   * @return what {@link Firing#connection} returns
   * @throws DurableTimersException as {@link Firing#connection} does
   * @throws IllegalStateException if the firing has ended, or the caller is not a coroutine
   */
  public static Connection connection(Firing firing) {
    Objects.requireNonNull(firing, "firing");
    CompletableFuture<Connection> begun = new CompletableFuture<>();
    Runnable beginning =
        () -> {
          try {
            begun.complete(firing.connection());
          } catch (Throwable failure) {
            begun.completeExceptionally(failure);
          }
        };
    STARTER.execute(
        () -> IndependentThread.virtual("tourbillon-firing-connection", beginning).start());
    try {
      return Coroutines.await(begun);
    } catch (CompletionException failed) {
      switch (failed.getCause()) {
        case RuntimeException exception -> throw exception;
        case Error error -> throw error;
        case null, default -> throw failed;
      }
    }
  }

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
