package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a coroutine can do. All of it is for the code of a coroutine only, and throws {@link
 * IllegalStateException} elsewhere.
 *
 * <p>Methods that suspend free the loop for others meanwhile. They are the coroutine's suspension
 * points: once it was cancelled, each of them throws {@link CoroutineCancelledException}, before it
 * suspends or as soon as it can go on. If a value has come by then, the value is returned, and it
 * is the next one that throws.
 */
public final class Coroutines {
  private Coroutines() {}

  /**
   * Suspends for a time. Never shorter: the end is rounded up to a tick of the scheduler.
   *
   * @param duration zero or less lets others go first, as {@link #yieldNow} does
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void delay(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    CurrentLoop.requireCoroutine("Coroutines.delay").delay(TickScale.nanosOf(duration));
  }

  /**
   * As {@link #delay(Duration)}. Allocates nothing but what the engine needs to keep the stack.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void delay(long duration, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    CurrentLoop.requireCoroutine("Coroutines.delay").delay(unit.toNanos(duration));
  }

  /**
   * Lets all others go first that are ready on this loop.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void yieldNow() {
    CurrentLoop.requireCoroutine("Coroutines.yieldNow").yieldNow();
  }

  /**
   * Suspends until a stage is complete. If the coroutine is cancelled meanwhile the stage goes on,
   * and holds on to a small object until it is complete, which the next uses who waits for it.
   *
   * @return what it completes with
   * @throws java.util.concurrent.CompletionException if it fails or is cancelled; the cause is the
   *     failure, or a {@link java.util.concurrent.CancellationException}
   * @throws CoroutineCancelledException if the coroutine is cancelled, and never for another reason
   * @throws IllegalStateException if it is the future of the calling coroutine itself
   */
  public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    Objects.requireNonNull(stage, "stage");
    return CurrentLoop.requireCoroutine("Coroutines.await").await(stage);
  }

  /**
   * Suspends until a callback lets the coroutine go on: the way to await anything that calls back.
   *
   * <pre>{@code
   * Response response = Coroutines.suspend(resumption -> {
   *   Call call = client.send(request, resumption::resume, resumption::fail);
   *   resumption.onCancel(call::abort);
   * });
   * }</pre>
   *
   * @param registration is run at once, by the coroutine; what it throws is thrown from here
   * @return what the callback resumes with
   * @throws CoroutineCancelledException if the coroutine is cancelled first
   */
  public static <T extends @Nullable Object> T suspend(
      Consumer<? super Resumption<T>> registration) {
    Objects.requireNonNull(registration, "registration");
    return CurrentLoop.requireCoroutine("Coroutines.suspend").suspend("a callback", registration);
  }

  /**
   * Throws if the coroutine was cancelled or a limit around this is over: a suspension point that
   * does not suspend, for long computations.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void checkCancelled() {
    CurrentLoop.requireCoroutine("Coroutines.checkCancelled").checkCancelled();
  }

  /**
   * Lets others go first if this turn has lasted longer than the scheduler's {@link
   * CoroutineScheduler.Builder#budget}, and otherwise only throws if the coroutine was cancelled.
   * For long computations, at places that are passed every few microseconds: it reads the clock.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void checkpoint() {
    CurrentLoop.requireCoroutine("Coroutines.checkpoint").checkpoint();
  }

  /** The scheduler of the coroutine that calls this. */
  public static CoroutineScheduler scheduler() {
    return CurrentLoop.requireCoroutine("Coroutines.scheduler").loop.scheduler();
  }

  /** The coroutine that calls this. */
  public static Coroutine<?> current() {
    return CurrentLoop.requireCoroutine("Coroutines.current");
  }

  /**
   * Starts a coroutine that belongs to the calling one: it has its turns on the same loop, and is
   * cancelled when that one has ended, in whatever way. Nobody waits for its end then, as a {@link
   * CoroutineScope} does; for helpers that serve their owner and nobody else, such as a generator.
   *
   * @param name for logs and dumps
   */
  public static <T extends @Nullable Object> Coroutine<T> spawnAttached(
      String name, Callable<T> body) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(body, "body");
    CoroutineTask<?> owner = CurrentLoop.requireCoroutine("Coroutines.spawnAttached");
    return owner.loop.spawnAttached(owner, name, body);
  }

  /**
   * Runs a part on a platform thread, for calls that would block the loop, and suspends until it
   * has ended. At most 64 run at once for a scheduler; others wait. If the coroutine is cancelled
   * meanwhile the thread is interrupted, and the coroutine waits for the end of the call all the
   * same; a call that has not begun does not begin.
   *
   * @return what it returns
   * @throws X what it throws
   * @throws CoroutineCancelledException if the coroutine was cancelled and the call not begun, or
   *     ended by that interrupt
   */
  public static <T extends @Nullable Object, X extends Exception> T blocking(Body<T, X> body)
      throws X {
    Objects.requireNonNull(body, "body");
    CoroutineTask<?> coroutine = CurrentLoop.requireCoroutine("Coroutines.blocking");
    return new BlockingCall<>(coroutine, coroutine.loop.scheduler().blockingThreads(), body).call();
  }

  /**
   * Runs a part of the coroutine within a limit. When it is over, the suspension point that the
   * part is in, and each that comes later, throws a {@link CoroutineCancelledException} whose cause
   * is a {@link TimeoutException}; and this turns that into a {@link TimeoutException}. A part that
   * returns all the same has its value returned, late. On {@link Engine#VIRTUAL_THREAD} a blocking
   * call of the JDK is interrupted; no interrupt is left behind, nor one from elsewhere that came
   * on top of it.
   *
   * <p>Limits nest: the nearest one that is over counts. However many there are, a suspended
   * coroutine has one entry in the wheel; one in a timed wait of the JDK has another for that.
   *
   * @param limit zero or less lets the part come to its first suspension point
   * @return what the part returns
   * @throws X what the part throws
   * @throws TimeoutException if the limit was over; the cause says where
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration limit, Body<T, X> body) throws X, TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(body, "body");
    return CurrentLoop.requireCoroutine("Coroutines.withTimeout").withTimeout(limit, body);
  }

  /**
   * Acquires something within a limit and loses it never: a connection, a permit, a file. The part
   * is run by a coroutine of its own on the same loop, which goes on when the limit is over, or the
   * caller cancelled, because only its end tells whether there is something to give back; what it
   * returns then is given to {@code onLost}, and what it, or {@code onLost}, throws to the
   * scheduler's {@link UncaughtHandler}. So the part should come to an end by itself.
   *
   * @param limit zero or less gives up at the first look, as the part is run by another
   * @param onLost gives back what came too late; run on the loop, so it should be quick
   * @return what the part returns
   * @throws X what the part throws
   * @throws TimeoutException if the limit was over before it ended
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration limit, Body<T, X> acquire, Consumer<? super T> onLost) throws X, TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(acquire, "acquire");
    Objects.requireNonNull(onLost, "onLost");
    CoroutineTask<?> coroutine = CurrentLoop.requireCoroutine("Coroutines.withTimeout");
    coroutine.checkCancelled();
    return new Acquisition<>(coroutine, acquire, onLost).await(limit);
  }

  /**
   * Runs a part of the coroutine that is not to be disturbed, such as cleaning up: a cancellation,
   * or the limit of a timeout around this, is put off until the part has ended or the grace is
   * over.
   *
   * @param grace how long the part has from then on, or from its beginning if that is later
   * @return what the part returns
   * @throws X what the part throws
   * @throws CoroutineCancelledException if the coroutine is cancelled and the grace is over
   */
  public static <T extends @Nullable Object, X extends Exception> T shield(
      Duration grace, Body<T, X> body) throws X {
    Objects.requireNonNull(grace, "grace");
    Objects.requireNonNull(body, "body");
    return CurrentLoop.requireCoroutine("Coroutines.shield").shield(grace, body);
  }
}
