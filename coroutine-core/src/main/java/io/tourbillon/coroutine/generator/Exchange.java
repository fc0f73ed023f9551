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
 * Between the two sides of a generator: whose turn it is, and what one hands the other.
 *
 * <pre>
 *   CREATED --start--> RUNNING <--go on / offer--> YIELDED
 *      |                  |
 *      |                end                 end, close and offer: by the body's coroutine
 *    close                v                 start, go on, close: by who takes the values
 *      +--------------> ENDED
 * </pre>
 *
 * <p>Invariants, while the lock is free: somebody waits at the yield only if YIELDED; a taker waits
 * only if RUNNING; a step is ready only if its taker has given up. All but for waits that are cut
 * and about to be taken back, which refuse what they are given.
 *
 * <p>Knows nothing of the {@link Generator}, which is how that can be lost, and then be closed.
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

  /** Null if its coroutine is to be that of who takes the first step. */
  private final @Nullable CoroutineScheduler scheduler;

  private final Generator.ResultBody<Y, S, R> body;

  // Guarded by this. Nobody waits, and no code of users runs, with that lock held.
  private Phase phase = Phase.CREATED;

  /** Of the body; returns null if the generator was closed. Set when it starts. */
  private @Nullable Coroutine<Step.@Nullable Ended<Y, R>> coroutine;

  /** Who waits for a step; null instead of a step is the end. */
  private @Nullable Resumption<@Nullable Step<Y, R>> taker;

  /** Whoever has asked for it has given up. */
  private @Nullable Step<Y, R> ready;

  private @Nullable Resumption<Request<? extends S>> atYield;

  /** Somebody has closed it, before it had ended. */
  private boolean closed;

  /** The body has been told so by its yield. */
  private boolean closeTold;

  /** It has yielded nevertheless. */
  private @Nullable IllegalStateException violation;

  private @Nullable Runnable whenEnded;

  private final Object taking = new Wait("a value of ", this, true);
  private final Object offering = new Wait("the next step of ", this, false);
  private final Object end = new Wait("the end of ", this, true);

  /** What is waited for, put into words only for those who ask. */
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
      String name, @Nullable CoroutineScheduler scheduler, Generator.ResultBody<Y, S, R> body) {
    this.name = name;
    this.scheduler = scheduler;
    this.body = body;
  }

  // By who takes the values.

  /**
   * Takes a step.
   *
   * @param limit null for none
   */
  Step<Y, R> step(Request<? extends S> request, @Nullable Duration limit) throws TimeoutException {
    Step<Y, R> step =
        limit == null
            ? Suspension.<@Nullable Step<Y, R>>await(taking, asker -> ask(request, asker))
            : Suspension.<@Nullable Step<Y, R>>await(taking, limit, asker -> ask(request, asker));
    return step == null ? end() : step;
  }

  private void ask(Request<? extends S> request, Resumption<@Nullable Step<Y, R>> asker) {
    Runnable giveUp = () -> giveUp(asker);
    Runnable whenEnded = this::ended;
    StackReserve.require();
    Coroutine<?> started = null;
    synchronized (this) {
      requireIdle();
      if (ready != null) {
        requireNext(request, "has a value that was not taken, as who asked for it gave up");
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
          requireNext(request, "has not yielded yet, so that nothing could return what it is sent");
          coroutine = spawn();
          started = coroutine;
        }
        case RUNNING -> requireNext(request, "goes on with a step, as who asked for it gave up");
        case YIELDED -> goOn(request);
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
        ended(); // There was no memory for it, and nobody would ever take a value.
        started.cancel(name + " could not be started");
      }
    }
  }

  private void requireIdle() {
    if (coroutine != null && coroutine.equals(Suspension.caller())) {
      throw new IllegalStateException(name + " is already executing: it is its own body that asks");
    }
    if (taker != null) {
      throw new IllegalStateException(
          name + " is already executing: someone else waits for a value of it");
    }
  }

  private void requireNext(Request<?> request, String state) {
    if (!request.isNext()) {
      throw new IllegalStateException(
          name + " " + state + ": only next may be called, not " + request.word());
    }
  }

  private Coroutine<Step.@Nullable Ended<Y, R>> spawn() {
    Callable<Step.@Nullable Ended<Y, R>> run = this::run;
    if (scheduler != null) {
      return scheduler.spawn(SpawnOptions.named(name), run);
    }
    if (!(Suspension.caller() instanceof Coroutine<?>)) {
      throw new IllegalStateException(
          "a generator needs a scheduler if it is no coroutine that takes its first value: "
              + name);
    }
    return Coroutines.spawnAttached(name, run);
  }

  /** Hands the body a request. If that is cut it is about to end, and refuses it. */
  private boolean goOn(Request<? extends S> request) {
    Resumption<Request<? extends S>> waiting = Objects.requireNonNull(atYield);
    atYield = null;
    return waiting.resume(request);
  }

  private synchronized void giveUp(Resumption<?> asker) {
    if (asker.equals(taker)) {
      taker = null;
    }
  }

  /** What there is after the last value. */
  private Step<Y, R> end() {
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

  /** Closes it, and does not wait for that. */
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
        if (goOn(new Request.Close<>())) {
          closeTold = true;
          return;
        }
      }
    }
    // It waits for something else, and may do so for ever.
    closing.cancel(name + " was closed");
  }

  private void awaitEnd(Coroutine<?> closing) {
    Suspension.<@Nullable Void>awaitUndisturbed(
        end,
        (Resumption<@Nullable Void> ended) -> {
          Suspension.Registration waiting = Suspension.whenEnded(closing, () -> ended.resume(null));
          ended.onCancel(waiting::remove);
        });
    IllegalStateException disobedience;
    synchronized (this) {
      disobedience = violation;
    }
    // If it was cancelled, that is how it was closed.
    if (disobedience == null && closing.state() != Coroutine.State.CANCELLED) {
      joinUndisturbed(closing);
    }
    if (disobedience != null) {
      throw closing.state() == Coroutine.State.FAILED
          ? withFailure(disobedience, closing)
          : disobedience;
    }
  }

  /** The body has thrown that, or something else that is not to be lost; it is told by this. */
  private static IllegalStateException withFailure(
      IllegalStateException disobedience, Coroutine<?> failed) {
    Suspension.markSeen(failed);
    try {
      joinUndisturbed(failed);
    } catch (CompletionException failure) {
      Throwable cause = failure.getCause();
      if (cause != null && !disobedience.equals(cause)) {
        disobedience.addSuppressed(cause);
      }
    }
    return disobedience;
  }

  /** Throws what a coroutine has thrown that has ended, if anything. */
  private static void joinUndisturbed(Coroutine<?> ended) {
    try {
      Object _ = ended.join();
    } catch (CancellationException _) {
      // The caller is cancelled or interrupted, which its next suspension will say.
    }
  }

  private synchronized @Nullable Coroutine<?> started() {
    return coroutine;
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Says what to do when it has ended. */
  void whenEnded(Runnable then) {
    synchronized (this) {
      if (phase != Phase.ENDED) {
        whenEnded = then;
        return;
      }
    }
    then.run();
  }

  // By the body.

  private Step.@Nullable Ended<Y, R> run() throws Exception {
    try {
      return new Step.Ended<>(body.run(new Yielder<>(this)));
    } catch (GeneratorClosedException end) {
      if (isClosed()) {
        return null;
      }
      throw end; // Someone else's.
    }
  }

  /** Hands out a value, and returns with what it is to go on. */
  Request<? extends S> handOut(Y value) {
    boolean disobeys;
    synchronized (this) {
      if (coroutine == null || !coroutine.equals(Suspension.caller())) {
        throw new IllegalStateException(
            "only the coroutine of " + name + " itself may yield, not " + Suspension.caller());
      }
      if (closed && !closeTold) {
        closeTold = true;
        return new Request.Close<>();
      }
      disobeys = closed;
    }
    if (disobeys) {
      throw disobeyed(value);
    }
    return Suspension.<Request<? extends S>>await(offering, waiting -> offer(value, waiting));
  }

  private IllegalStateException disobeyed(Y value) {
    IllegalStateException thrown =
        new IllegalStateException(name + " must not yield after it was closed: " + value);
    synchronized (this) {
      violation = thrown;
    }
    return thrown;
  }

  private synchronized void offer(Y value, Resumption<Request<? extends S>> waiting) {
    if (closed) {
      closeTold = true;
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

  /** Its coroutine has, in whatever way, or has never begun. On its loop. */
  private void ended() {
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
