package io.tourbillon.coroutine;

import io.tourbillon.timer.internal.Rethrow;
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
 * The operations that the code of a coroutine can call. Outside a coroutine each method throws
 * {@link IllegalStateException}.
 *
 * <p>Methods that suspend free the loop for other coroutines. They are suspension points: after the
 * coroutine was cancelled, each of them throws {@link CoroutineCancelledException}, before it
 * suspends or as soon as it resumes. If a value has arrived before the cancellation, the method
 * returns the value, and the next suspension point throws.
 */
public final class Coroutines {
  private Coroutines() {}

  /**
   * Suspends the calling coroutine for a time. Never returns early: the deadline is rounded up to a
   * tick of the scheduler.
   *
   * @param duration zero or less lets others go first, as {@link #yieldNow} does
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void delay(Duration duration) {
    Objects.requireNonNull(duration, "duration");
    caller("Coroutines.delay").delay(TickScale.nanosOf(duration));
  }

  /**
   * Suspends the calling coroutine for a time, as {@link #delay(Duration)} does. Allocates nothing
   * but what the engine needs to keep the stack.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void delay(long duration, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    caller("Coroutines.delay").delay(unit.toNanos(duration));
  }

  /**
   * Lets the other coroutines that are ready on this loop go first.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void yieldNow() {
    caller("Coroutines.yieldNow").yieldNow();
  }

  /**
   * Suspends the calling coroutine until a stage has completed.
   *
   * @return the value of the stage
   * @throws java.util.concurrent.CompletionException if the stage fails or is cancelled; the cause
   *     is the failure, or a {@link java.util.concurrent.CancellationException}
   * @throws CoroutineCancelledException if the calling coroutine is cancelled, and for no other
   *     reason
   * @throws IllegalStateException if the stage is the future of the calling coroutine itself
   */
  public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    Objects.requireNonNull(stage, "stage");
    return caller("Coroutines.await").await(stage);
  }

  /**
   * Suspends the calling coroutine until a callback resumes it. This is the way to await any API
   * with callbacks.
   *
   * <pre>{@code
   * Response response = Coroutines.suspend(resumption -> {
   *   Call call = client.send(request, resumption::resume, resumption::fail);
   *   resumption.onCancel(call::abort);
   * });
   * }</pre>
   *
   * @param registration is run at once, by the coroutine; an exception that it throws is thrown by
   *     this method
   * @return the value that the callback passes
   * @throws CoroutineCancelledException if the coroutine is cancelled first
   */
  public static <T extends @Nullable Object> T suspend(
      Consumer<? super Resumption<T>> registration) {
    Objects.requireNonNull(registration, "registration");
    return caller("Coroutines.suspend").suspend("a callback", registration);
  }

  /**
   * Throws if the coroutine was cancelled or a limit around this call has passed. This is a
   * suspension point that does not suspend, for long computations.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void checkCancelled() {
    caller("Coroutines.checkCancelled").checkCancelled();
  }

  /**
   * Returns true if the coroutine was cancelled or a limit around this call has passed, so that the
   * next suspension point throws. For loops that clean up before they end. Stays true until the
   * limit is left. Inside a {@link #shield} it is false until the grace is over.
   */
  public static boolean isCancelled() {
    return caller("Coroutines.isCancelled").isCancelled();
  }

  /**
   * Lets others go first if this turn has lasted longer than the scheduler's {@link
   * CoroutineScheduler.Builder#budget}; otherwise only checks for cancellation. For long
   * computations, at places that the code passes every few microseconds: it reads the clock.
   *
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static void checkpoint() {
    caller("Coroutines.checkpoint").checkpoint();
  }

  /** Returns the scheduler of the calling coroutine. */
  public static CoroutineScheduler scheduler() {
    return caller("Coroutines.scheduler").scheduler();
  }

  /** Returns the handle of the calling coroutine. */
  public static Coroutine<?> current() {
    return caller("Coroutines.current").coroutine();
  }

  /**
   * Starts a helper of the calling coroutine. The helper runs on the same loop, or at the same time
   * on {@link Engine#PLAIN_THREAD}, and is cancelled when its owner ends, for whatever reason.
   * Unlike the children of a {@link CoroutineScope}, the owner does not wait for it. For helpers
   * that serve one owner, such as a generator.
   *
   * @param name for logs and dumps
   */
  public static <T extends @Nullable Object> Coroutine<T> spawnAttached(
      String name, Callable<T> body) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(body, "body");
    return caller("Coroutines.spawnAttached").spawnAttached(name, body);
  }

  /**
   * Runs a body on a platform thread and suspends the calling coroutine until it has ended. For
   * calls that would block the loop. A scheduler runs at most {@link
   * CoroutineScheduler.Builder#blockingThreads} of them at a time; others wait. If the coroutine is
   * cancelled meanwhile, the thread is interrupted, and the coroutine still waits for the end of
   * the call. A call that has not begun yet does not begin.
   *
   * @return the value that the body returns
   * @throws X if the body throws it
   * @throws CoroutineCancelledException if the coroutine was cancelled before the call began, or
   *     the interrupt has ended the call
   */
  public static <T extends @Nullable Object, X extends Exception> T blocking(Body<T, X> body)
      throws X {
    Objects.requireNonNull(body, "body");
    return caller("Coroutines.blocking").blocking(body);
  }

  /** Runs a body without a result on a platform thread, as {@link #blocking(Body)} does. */
  public static <X extends Exception> void blocking(Block<X> body) throws X {
    blocking(Block.asBody(body));
  }

  /**
   * Runs a body on a platform thread, as {@link #blocking(Body)} does, but does not wait for it
   * after a cancellation or a limit. The thread is interrupted, and the coroutine goes on at once;
   * the call is abandoned. For calls that ignore interrupts, such as a lookup of a name or a read
   * of a file from a server that has gone.
   *
   * <pre>{@code
   * Lease lease = Coroutines.withTimeout(Duration.ofSeconds(2), () ->
   *     Coroutines.abandonableBlocking(() -> locks.acquire(name), Lease::release));
   * }</pre>
   *
   * <p>An abandoned call still runs, and still is one of {@link
   * CoroutineScheduler.Builder#blockingThreads}: when all of these are abandoned, later calls wait.
   * {@link CoroutineStats#abandonedCalls} counts them. The body must not use what the coroutine
   * releases when it ends.
   *
   * @param onLate gets the value that an abandoned call returns, for example to close it; runs on
   *     the thread of the call. What it throws, or the body throws late other than for the
   *     interrupt, goes to the scheduler's {@link CoroutineExceptionHandler}
   * @return the value that the body returns
   * @throws X if the body throws it
   * @throws CoroutineCancelledException if the coroutine was cancelled; the call may still run
   */
  public static <T extends @Nullable Object, X extends Exception> T abandonableBlocking(
      Body<T, X> body, Consumer<? super T> onLate) throws X {
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(onLate, "onLate");
    return caller("Coroutines.abandonableBlocking").abandonableBlocking(body, onLate);
  }

  /**
   * Runs a body within a limit. After the limit, the suspension point that the body is in, and each
   * later one, throws a {@link CoroutineCancelledException} whose cause is a {@link
   * TimeoutException}; this method turns that into a {@link TimeoutException}. If the body returns
   * all the same, this method returns the late value. On {@link Engine#VIRTUAL_THREAD} a blocking
   * call of the JDK is interrupted; neither that interrupt nor one that came on top of it is left
   * behind. On the other engines the limit waits for the end of such a call.
   *
   * <p>Limits nest; the earliest deadline counts. A suspended coroutine has one entry in the wheel,
   * however many limits are around it, and one more while it is in a timed wait of the JDK.
   *
   * @param limit zero or less lets the body run to its first suspension point
   * @return the value that the body returns
   * @throws X if the body throws it
   * @throws TimeoutException if the limit has passed; the cause shows where
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static <T extends @Nullable Object, X extends Exception> T withTimeout(
      Duration limit, Body<T, X> body) throws X, TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(body, "body");
    return caller("Coroutines.withTimeout").withTimeout(limit, body);
  }

  /** Runs a body without a result within a limit, as {@link #withTimeout(Duration, Body)} does. */
  public static <X extends Exception> void withTimeout(Duration limit, Block<X> body)
      throws X, TimeoutException {
    withTimeout(limit, Block.asBody(body));
  }

  /**
   * Runs a body within a limit, as {@link #withTimeout(Duration, Body)} does, and returns null if
   * the limit has passed. A {@link TimeoutException} of the body itself, such as that of a limit
   * inside, is thrown.
   *
   * @return the value that the body returns, or null after the limit
   * @throws X if the body throws it
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static <T extends @Nullable Object, X extends Exception> @Nullable T withTimeoutOrNull(
      Duration limit, Body<T, X> body) throws X {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(body, "body");
    Kernel.Caller caller = caller("Coroutines.withTimeoutOrNull");
    OwnTimeout<T, X> watched = new OwnTimeout<>(body);
    try {
      return caller.withTimeout(limit, watched);
    } catch (TimeoutException late) {
      if (late.equals(watched.thrown)) {
        throw Rethrow.unchecked(late);
      }
      return null;
    }
  }

  /** Runs a body and keeps the timeout that it throws, to tell it from that of the limit around. */
  private static final class OwnTimeout<T extends @Nullable Object, X extends Exception>
      implements Body<T, X> {
    private final Body<T, X> body;
    @Nullable Throwable thrown;

    OwnTimeout(Body<T, X> body) {
      this.body = body;
    }

    @Override
    public T call() throws X {
      try {
        return body.call();
      } catch (Exception failure) {
        thrown = failure;
        throw failure;
      }
    }
  }

  /**
   * Runs a body within a limit that other coroutines and threads can move, as {@link
   * #withTimeout(Duration, Body)} does otherwise.
   *
   * <pre>{@code
   * Coroutines.withDeadline(Duration.ofSeconds(30), deadline -> {
   *   connection.onPart(part -> deadline.reschedule(Duration.ofSeconds(30)));    // it goes on
   *   return connection.readAll();
   * });
   * }</pre>
   *
   * @param limit from now on; zero or less lets the body run to its first suspension point
   * @return the value that the body returns
   * @throws X if the body throws it
   * @throws TimeoutException if the deadline has passed; the cause shows where
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static <T extends @Nullable Object, X extends Exception> T withDeadline(
      Duration limit, Deadline.Scoped<T, X> body) throws X, TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(body, "body");
    return caller("Coroutines.withDeadline").withDeadline(limit, body);
  }

  /**
   * Acquires a resource, such as a connection, a permit or a file, within a limit, and never loses
   * it. A coroutine of its own runs {@code acquire} and goes on when the limit has passed or the
   * caller is cancelled, since only its end tells whether there is a resource to give back. The
   * value that it returns then goes to {@code onLost}; an exception of {@code acquire} or {@code
   * onLost} then goes to the scheduler's {@link CoroutineExceptionHandler}. So {@code acquire}
   * should end by itself.
   *
   * @param limit zero or less gives up at the first check
   * @param onLost gives back a value that came too late; {@link Engine} says where it runs, and
   *     whether it may block
   * @return the value that {@code acquire} returns
   * @throws X if {@code acquire} throws it
   * @throws TimeoutException if the limit has passed first
   * @throws CoroutineCancelledException if the coroutine is cancelled
   */
  public static <T extends @Nullable Object, X extends Exception> T acquireWithin(
      Duration limit, Body<T, X> acquire, Consumer<? super T> onLost) throws X, TimeoutException {
    Objects.requireNonNull(limit, "limit");
    Objects.requireNonNull(acquire, "acquire");
    Objects.requireNonNull(onLost, "onLost");
    return caller("Coroutines.acquireWithin").acquireWithin(limit, acquire, onLost);
  }

  /**
   * Runs a body that must not be disturbed, such as cleanup. A cancellation, or the limit of a
   * timeout around this call, is put off until the body has ended or the grace is over.
   *
   * @param grace how long the body may go on after the cancellation, or after its own begin if that
   *     is later
   * @return the value that the body returns
   * @throws X if the body throws it
   * @throws CoroutineCancelledException if the coroutine is cancelled and the grace is over
   */
  public static <T extends @Nullable Object, X extends Exception> T shield(
      Duration grace, Body<T, X> body) throws X {
    Objects.requireNonNull(grace, "grace");
    Objects.requireNonNull(body, "body");
    return caller("Coroutines.shield").shield(grace, body);
  }

  /** Shields a body without a result, as {@link #shield(Duration, Body)} does. */
  public static <X extends Exception> void shield(Duration grace, Block<X> body) throws X {
    shield(grace, Block.asBody(body));
  }

  private static Kernel.Caller caller(String method) {
    return Implementation.KERNEL.requireCaller(method);
  }
}
