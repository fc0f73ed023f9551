package io.tourbillon.coroutine.generator;

import io.tourbillon.coroutine.Awaited;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.StackReserve;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The state that the two sides of a generator share: which side runs, and what one hands to the
 * other.
 *
 * <pre>{@code
 * CREATED --start--> RUNNING <--proceed / offer--> YIELDED
 *    |                  |
 *    |                end                 end and offer: by the coroutine of the body
 *  close                v                 start, proceed and close: by the taker of the values
 *    +--------------> ENDED
 * }</pre>
 *
 * <p>Invariants, while the lock is free: the body waits at a yield only if YIELDED; a taker waits
 * only if RUNNING; a step is ready only if its taker has given up. Waits that have ended by a
 * cancellation or a timeout and are about to leave do not count; they refuse what they are given.
 *
 * <p>It has no reference to the {@link TwoWayGenerator}, so that this can become unreachable and
 * then be closed.
 */
final class Exchange<
    Y extends @Nullable Object, S extends @Nullable Object, R extends @Nullable Object> {
  private enum Phase {
    CREATED,
    RUNNING,
    YIELDED,
    ENDED
  }

  private final String name;

  /** Null if the coroutine is to belong to the coroutine that takes the first step. */
  private final @Nullable CoroutineScheduler scheduler;

  private final TwoWayGenerator.ResultBody<Y, S, R> body;

  // Guarded by this. Nobody waits and no user code runs under that lock.
  private Phase phase = Phase.CREATED;

  /** Runs the body; its result is null if the generator was closed. Null until the start. */
  private @Nullable Coroutine<Step.@Nullable Ended<Y, R>> coroutine;

  /** The taker that waits for a step. It is resumed with null at the end. */
  private @Nullable Resumption<@Nullable Step<Y, R>> taker;

  /** A step whose taker has given up. */
  private @Nullable Step<Y, R> ready;

  /** The body, while it waits at a yield. */
  private @Nullable Resumption<Request<? extends S>> atYield;

  /** True if the generator was closed before its end. */
  private boolean closed;

  /** True if a yield of the body has thrown that. */
  private boolean closeSeen;

  /** Thrown by a yield after that. */
  private @Nullable IllegalStateException violation;

  private @Nullable Runnable whenEnded;

  private final Object taking = new Wait("a value of ", this, true);
  private final Object offering = new Wait("the next step of ", this, false);
  private final Object end = new Wait("the end of ", this, true);

  /** What a caller waits for; becomes text only when somebody asks. */
  private record Wait(String what, Exchange<?, ?, ?> exchange, boolean isForBody)
      implements Awaited {
    @Override
    public List<?> holders() {
      Coroutine<?> body = exchange.started();
      return isForBody && body != null ? List.of(body) : List.of();
    }

    @Override
    public String toString() {
      return what + exchange.name;
    }
  }

  Exchange(
      String name,
      @Nullable CoroutineScheduler scheduler,
      TwoWayGenerator.ResultBody<Y, S, R> body) {
    this.name = name;
    this.scheduler = scheduler;
    this.body = body;
  }

  // Called by the taker of the values.

  /**
   * Takes a step.
   *
   * @param limit null for no limit
   */
  Step<Y, R> step(Request<? extends S> request, @Nullable Duration limit) throws TimeoutException {
    Step<Y, R> step =
        limit == null
            ? Suspension.<@Nullable Step<Y, R>>await(taking, asker -> ask(request, asker))
            : Suspension.<@Nullable Step<Y, R>>await(taking, limit, asker -> ask(request, asker));
    return step == null ? lastStep() : step;
  }

  private void ask(Request<? extends S> request, Resumption<@Nullable Step<Y, R>> asker) {
    Runnable giveUp = () -> giveUp(asker);
    Runnable whenEnded = this::end;
    StackReserve.require();
    Coroutine<?> started = null;
    synchronized (this) {
      requireIdle();
      if (ready != null) {
        requireNext(request, "has a value that was not taken, as its taker gave up");
        if (asker.resume(ready)) {
          ready = null;
        }
        return;
      }
      if (request instanceof Request.Raise(Throwable thrown) && coroutine == null) {
        phase = Phase.ENDED;
        closed = true;
      }
      switch (phase) {
        case CREATED -> {
          requireNext(request, "has not yielded yet, so that no yield could return what is sent");
          coroutine = spawn();
          started = coroutine;
        }
        case RUNNING -> requireNext(request, "goes on with a step, as its taker gave up");
        case YIELDED -> proceed(request);
        case ENDED -> {
          if (request instanceof Request.Raise(Throwable thrown)) {
            asker.fail(asJoinDoes(thrown));
          } else {
            asker.resume(null);
          }
          return;
        }
      }
      phase = Phase.RUNNING;
      taker = asker;
      asker.onCancel(giveUp);
    }
    if (started != null) {
      watch(started, whenEnded);
    }
  }

  private void watch(Coroutine<?> started, Runnable whenEnded) {
    boolean watched = false;
    try {
      Suspension.whenEnded(started, whenEnded);
      watched = true;
    } finally {
      if (!watched) {
        end(); // There was no memory for it, and no taker would ever be resumed.
        started.cancel(name + " could not be started");
      }
    }
  }

  private void requireIdle() {
    if (coroutine != null && coroutine.equals(Suspension.caller())) {
      throw new IllegalStateException(name + " is already executing: its own body asks");
    }
    if (taker != null) {
      throw new IllegalStateException(
          name + " is already executing: another caller waits for a value");
    }
  }

  private void requireNext(Request<?> request, String state) {
    if (!request.isNext()) {
      throw new IllegalStateException(
          name + " " + state + ": only next may be called, not " + request.methodName());
    }
  }

  private Coroutine<Step.@Nullable Ended<Y, R>> spawn() {
    Callable<Step.@Nullable Ended<Y, R>> run = this::run;
    if (scheduler != null) {
      return scheduler.spawn(SpawnOptions.named(name), run);
    }
    if (!(Suspension.caller() instanceof Coroutine<?>)) {
      throw new IllegalStateException(
          "a generator without a scheduler must be asked for its first value by a coroutine: "
              + name);
    }
    return Coroutines.spawnAttached(name, run);
  }

  /** Resumes the body with a request. Returns false if its wait has ended, as it is cancelled. */
  private boolean proceed(Request<? extends S> request) {
    Resumption<Request<? extends S>> waiting = Objects.requireNonNull(atYield);
    atYield = null;
    return waiting.resume(request);
  }

  private synchronized void giveUp(Resumption<?> asker) {
    if (asker.equals(taker)) {
      taker = null;
    }
  }

  /** Returns the step after the last value, or throws what the body has thrown. */
  private Step<Y, R> lastStep() {
    Coroutine<Step.@Nullable Ended<Y, R>> ended;
    synchronized (this) {
      ended = coroutine;
      if (closed || ended == null) {
        throw new IllegalStateException(name + " was closed");
      }
    }
    return Objects.requireNonNull(ended.join(), "it ends without a result only if closed");
  }

  private static Throwable asJoinDoes(Throwable thrown) {
    return thrown instanceof CompletionException ? thrown : new LateCompletionException(thrown);
  }

  void close() {
    Coroutine<?> closing;
    synchronized (this) {
      requireIdle();
      if (phase == Phase.ENDED) {
        return;
      }
      closing = coroutine;
    }
    abandon();
    if (closing != null) {
      awaitEnd(closing);
    }
  }

  /** Closes the generator without waiting for the end of the body. */
  void abandon() {
    Coroutine<?> closing;
    synchronized (this) {
      if (closed || phase == Phase.ENDED) {
        return;
      }
      closed = true;
      ready = null;
      closing = coroutine;
      if (closing == null) {
        phase = Phase.ENDED;
        return;
      }
      if (phase == Phase.YIELDED) {
        phase = Phase.RUNNING;
        if (proceed(new Request.Close<>())) {
          closeSeen = true;
          return;
        }
      }
    }
    // It waits for something else, perhaps for ever.
    closing.cancel(name + " was closed");
  }

  private void awaitEnd(Coroutine<?> closing) {
    Suspension.<@Nullable Void>awaitUndisturbed(
        end,
        (Resumption<@Nullable Void> ended) -> {
          Suspension.Registration waiting = Suspension.whenEnded(closing, () -> ended.resume(null));
          ended.onCancel(waiting::remove);
        });
    IllegalStateException yieldAfterClose;
    synchronized (this) {
      yieldAfterClose = violation;
    }
    // A cancelled body was closed by that.
    if (yieldAfterClose == null && closing.state() != Coroutine.State.CANCELLED) {
      joinUndisturbed(closing);
    }
    if (yieldAfterClose != null) {
      throw closing.state() == Coroutine.State.FAILED
          ? withFailure(yieldAfterClose, closing)
          : yieldAfterClose;
    }
  }

  /** Adds what the body has thrown besides, so that it is not lost. */
  private static IllegalStateException withFailure(
      IllegalStateException yieldAfterClose, Coroutine<?> failed) {
    Suspension.markSeen(failed);
    try {
      joinUndisturbed(failed);
    } catch (CompletionException failure) {
      Throwable cause = failure.getCause();
      if (cause != null && !yieldAfterClose.equals(cause)) {
        yieldAfterClose.addSuppressed(cause);
      }
    }
    return yieldAfterClose;
  }

  /** Throws what a coroutine that has ended has thrown, if anything. */
  private static void joinUndisturbed(Coroutine<?> ended) {
    try {
      Object _ = ended.join();
    } catch (CancellationException _) {
      // The caller is cancelled or interrupted: its next suspension point throws that.
    }
  }

  private synchronized @Nullable Coroutine<?> started() {
    return coroutine;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Runs something when the body has ended. */
  void whenEnded(Runnable then) {
    synchronized (this) {
      if (phase != Phase.ENDED) {
        whenEnded = then;
        return;
      }
    }
    then.run();
  }

  // Called by the body.

  private Step.@Nullable Ended<Y, R> run() throws Exception {
    try {
      return new Step.Ended<>(body.run(new TwoWayYielder<>(this)));
    } catch (GeneratorClosedException end) {
      if (isClosed()) {
        return null;
      }
      throw end; // That of another generator.
    }
  }

  /** Hands out a value, and returns the request of the next step. */
  Request<? extends S> handOut(Y value) {
    boolean afterClose;
    synchronized (this) {
      if (coroutine == null || !coroutine.equals(Suspension.caller())) {
        throw new IllegalStateException(
            "only the coroutine of " + name + " itself may yield, not " + Suspension.caller());
      }
      if (closed && !closeSeen) {
        closeSeen = true;
        return new Request.Close<>();
      }
      afterClose = closed;
    }
    if (afterClose) {
      throw newYieldAfterClose(value);
    }
    return Suspension.<Request<? extends S>>await(offering, waiting -> offer(value, waiting));
  }

  private IllegalStateException newYieldAfterClose(Y value) {
    IllegalStateException thrown =
        new IllegalStateException(name + " must not yield after it was closed: " + value);
    synchronized (this) {
      violation = thrown;
    }
    return thrown;
  }

  private synchronized void offer(Y value, Resumption<Request<? extends S>> waiting) {
    if (closed) {
      closeSeen = true;
      waiting.resume(new Request.Close<>());
      return;
    }
    atYield = waiting;
    phase = Phase.YIELDED;
    waiting.onCancel(() -> takeBack(waiting));
    Step<Y, R> step = new Step.Yielded<>(value);
    Resumption<@Nullable Step<Y, R>> asker = taker;
    taker = null;
    if (asker == null || !asker.resume(step)) {
      ready = step;
    }
  }

  private synchronized void takeBack(Resumption<?> waiting) {
    if (waiting.equals(atYield)) {
      atYield = null;
      phase = Phase.RUNNING;
    }
  }

  GeneratorClosedException closedException() {
    return new GeneratorClosedException(name);
  }

  /** Runs on the loop when the coroutine has ended, in whatever way, even if it never began. */
  private void end() {
    Runnable then;
    synchronized (this) {
      phase = Phase.ENDED;
      atYield = null;
      if (taker != null) {
        taker.resume(null);
        taker = null;
      }
      then = whenEnded;
      whenEnded = null;
    }
    if (then != null) {
      then.run();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
