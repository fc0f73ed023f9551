package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Deadline;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.surround.ListenedBody;
import io.tourbillon.coroutine.internal.surround.Surroundings;
import io.tourbillon.coroutine.internal.task.CancelScope.Cancellation;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.LateCompletionException;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine as its own code calls it: its body, how it suspends, and what it spawns. How it gets
 * to run again is different for one that gets turns from a loop, {@link CoroutineTask}, and for one
 * that is a virtual thread of the JDK, {@link PlainCoroutine}.
 */
public abstract sealed class SuspendingCoroutine<T extends @Nullable Object>
    extends ScopedCoroutine<T> implements ListenedBody.Subject
    permits CoroutineTask, PlainCoroutine {
  static final long UNSEEN_NANOS = 1_000_000_000;

  /** A Callable or an Action; cleared when the body has ended. */
  private @Nullable Object body;

  /** The neighbours in {@link Residents}. */
  @Nullable SuspendingCoroutine<?> next;

  @Nullable SuspendingCoroutine<?> previous;

  SuspendingCoroutine(CoroutineLoop loop, long number, @Nullable Traits traits, Object body) {
    super(loop, number, traits);
    this.body = body;
  }

  /** Places it on its loop, where it has a place, and starts it. Called by the spawner. */
  public abstract void start();

  /**
   * Suspends until a resumption has settled, or at the latest until a time. Called by the
   * coroutine.
   *
   * @param waitsFor a {@link ResumptionTask}, or what to tell observers
   * @param wakeNanos from {@link #endOfWait}
   */
  abstract void park(Object waitsFor, long wakeNanos);

  /** Returns what {@link #park} needs for a wait that ends by itself at a time. */
  abstract long endOfWait(long untilNanos);

  /** Continues after a resumption has settled. Called by the thread that settled it. */
  abstract void resume(ResumptionTask<?> settled);

  /** Called as a message when a limit has moved to an earlier time. */
  abstract void hurried();

  /** Fails it because its loop has died. Returns false if it had ended before. */
  final boolean abandon(Throwable cause) {
    if (state().isEnd()) {
      return false;
    }
    outcome = lost(cause);
    publishEnd(State.FAILED);
    loop.givePlace();
    if (body instanceof ListenedBody unheard) {
      loop.endedUnheard(this, unheard, State.FAILED);
    }
    return true;
  }

  /** Ends it after its last turn, or instead of its first. */
  final void end(State how) {
    Object unfinished = body;
    body = null;
    waitsFor = null;
    try {
      leaveTo(null, CancelScope.LeftOpen.BY_ITS_END);
      forgetInterrupt();
      letGoOfLoop();
    } finally {
      tellEnd(how);
    }
    if (unfinished instanceof ListenedBody unheard) {
      loop.endedUnheard(this, unheard, how);
    }
  }

  /** Ends it with what its body has returned or thrown. */
  final void endWithOutcome(@Nullable Throwable broken) {
    if (!hasEnded()) {
      outcome = lost(broken);
    }
    end(outcome instanceof Thrown(Throwable _, State how) ? how : State.DONE);
  }

  /** Clears what it has on its loop. Called at its end. */
  abstract void letGoOfLoop();

  /** Returns the deadline of its current wait, in elapsed time; NEVER if it has none. */
  public abstract long wakeNanos();

  /** Returns whether the caller, a thread that makes a dump, may read its scopes. */
  public abstract boolean showsScopesHere();

  /** Arms {@link #expired} for a failure that no code has seen yet. Waits for memory. */
  abstract void reportLater();

  /** Undoes {@link #reportLater}. */
  abstract void reportNoLonger();

  /**
   * Returns the outcome of a coroutine that cannot continue. Waits for memory if there is none,
   * since without an outcome the coroutine would never end.
   */
  static Thrown lost(@Nullable Throwable cause) {
    while (true) {
      try {
        return new Thrown(
            cause == null ? new IllegalStateException("the stack of the coroutine is lost") : cause,
            State.FAILED);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Returns whether it was cancelled before its first turn, and so must not begin. */
  final boolean isCancelledAtOnce() {
    Traits special = traits();
    return cancellation() != null && (special == null || !special.beginsEvenIfCancelled);
  }

  /** Reports a failure that no code has seen, once. Waits for memory if there is none. */
  final void reportUnseen() {
    if (state() == State.FAILED) {
      reportNoLonger();
      if (!isSeen()) {
        markSeen();
        loop.uncaught(this, failure());
      }
    }
  }

  private void markSeen() {
    while (true) {
      try {
        End _ = watched();
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  @Override
  final void lostWatcher() {
    if (state() == State.FAILED && !isSeen()) {
      reportLater();
    }
  }

  private void tellEnd(State how) {
    try {
      boolean known = publishEnd(how);
      if (!known && how == State.FAILED) {
        reportLater();
      }
    } finally {
      loop.ended(this);
    }
  }

  /** Runs the body. The strand ends after this. */
  @Override
  public void run() {
    try {
      if (body instanceof Action action) {
        action.run();
        ended(null);
      } else {
        ended(((Callable<?>) Objects.requireNonNull(body)).call());
      }
    } catch (Throwable thrown) {
      ended(outcomeOf(thrown));
    }
  }

  /** Returns the outcome for an exception of the body. Waits for memory as {@link #lost} does. */
  private Thrown outcomeOf(Throwable thrown) {
    while (true) {
      try {
        return isCancellation(thrown)
            ? new Thrown(thrown, State.CANCELLED)
            : new Thrown(asFailure(thrown), State.FAILED);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private void ended(@Nullable Object outcome) {
    this.outcome = outcome;
    body = null;
  }

  private boolean hasEnded() {
    return body == null;
  }

  /**
   * Returns the failure that others see. If the body threw the exception that showed the failure of
   * its scope, that is the failure of the scope: the exception itself is only for the coroutine's
   * own code.
   */
  private static Throwable asFailure(Throwable thrown) {
    // getCause of other exceptions may be code of users.
    Throwable cause = thrown instanceof CoroutineCancelledException ? thrown.getCause() : null;
    if (cause == null) {
      return thrown;
    }
    CompletionException failure = new LateCompletionException(cause);
    failure.addSuppressed(thrown);
    return failure;
  }

  @Override
  public final boolean isCancellation(Throwable thrown) {
    Cancellation asked = cancellation();
    return asked != null && isFor(asked, thrown);
  }

  @Override
  public final Coroutine<?> coroutine() {
    return this;
  }

  @Override
  public final CoroutineScheduler scheduler() {
    return loop.scheduler();
  }

  @Override
  public final Clock clock() {
    return loop.clock();
  }

  @Override
  public final @Nullable RandomGenerator chance() {
    return loop.chance();
  }

  @Override
  public final void delay(long delayNanos) {
    if (delayNanos <= 0) {
      yieldNow();
      return;
    }
    checkCancelled();
    turnEnds();
    try {
      long wakeNanos = TickScale.deadlineNanos(loop.elapsedNanos(), delayNanos);
      park(Standstill.DELAY, endOfWait(wakeNanos));
    } finally {
      turnBegins();
    }
    checkCancelled();
  }

  @Override
  public final <V extends @Nullable Object> V suspend(
      Object waitsFor, Consumer<? super Resumption<V>> registration) {
    return suspend(new ResumptionTask<>(this, waitsFor), registration);
  }

  final <V extends @Nullable Object> V suspend(
      ResumptionTask<V> resumption, Consumer<? super Resumption<V>> registration) {
    passSuspensionPoint();
    resumption.register(registration);
    if (!resumption.isSettled()) {
      parkOn(resumption, CancelScope.NEVER);
    }
    if (resumption.isCut()) {
      resumption.cleanUp();
      throw cancelledException();
    }
    resumption.letGo();
    if (resumption.isCancellation()) {
      // It may be a consequence of the caller's own cancellation, which counts then.
      checkCancelled();
    }
    return resumption.value();
  }

  /**
   * Suspends as {@code suspend} does, but returns at the limit, without an exception: the
   * settlement is cut then.
   *
   * @param limitNanos more than zero
   */
  final <V extends @Nullable Object> Settlement<V> suspendAtMost(
      long limitNanos, Object waitsFor, Consumer<? super Resumption<V>> registration) {
    ResumptionTask<V> resumption = new ResumptionTask<>(this, waitsFor);
    long untilNanos = TickScale.deadlineNanos(loop.elapsedNanos(), limitNanos);
    passSuspensionPoint();
    resumption.register(registration);
    if (!resumption.isSettled()) {
      parkOn(resumption, untilNanos);
    }
    if (resumption.isCut()) {
      resumption.cleanUp();
      checkCancelled();
    } else {
      resumption.letGo();
    }
    return resumption;
  }

  private void parkOn(ResumptionTask<?> resumption, long untilNanos) {
    turnEnds();
    try {
      if (loop.tellsTurns() && resumption.isSettled()) {
        return; // The listener has let others go first, and a settlement then wakes nobody.
      }
      park(resumption, endOfWait(untilNanos));
    } catch (RuntimeException | Error notSuspended) {
      boolean cut = resumption.cut();
      if (cut) {
        resumption.cleanUp();
      }
      if (cut || !resumption.isSettled()) {
        throw notSuspended;
      }
      // It has settled meanwhile, so there is no need to suspend.
    } finally {
      waitsFor = null;
      turnBegins();
    }
  }

  /**
   * Tells a listener of turns that the coroutine is about to suspend. Called while it runs: a
   * listener may block, or even suspend.
   */
  final void turnEnds() {
    if (loop.tellsTurns() && body instanceof ListenedBody listened) {
      listened.turnEnds(this);
    }
  }

  final void turnBegins() {
    if (loop.tellsTurns() && body instanceof ListenedBody listened) {
      listened.turnBegins(this);
    }
  }

  @Override
  public final <V extends @Nullable Object> V await(CompletionStage<V> stage) {
    Subscription.StageWait<V> wait = new Subscription.StageWait<>(this, stage);
    return suspend(wait, _ -> wait.begin());
  }

  @Override
  public final <V extends @Nullable Object> Coroutine<V> spawnAttached(
      String name, Callable<V> body) {
    return surrounded(name, body, (options, it) -> loop.spawnAttached(this, options, it));
  }

  /** Spawns a coroutine that does a part of the work of this one, on its loop. */
  final <V extends @Nullable Object> SuspendingCoroutine<V> spawnBeside(
      String name, Callable<? extends V> body) {
    return surrounded(name, body, (options, it) -> loop.spawnBeside(this, options, it));
  }

  /**
   * Spawns a coroutine whose body is surrounded.
   *
   * @param spawn gets the options and the body; it reads the loop, since a decorator that blocks or
   *     suspends lets this coroutine move
   */
  private <V extends @Nullable Object> SuspendingCoroutine<V> surrounded(
      String name,
      Callable<? extends V> body,
      BiFunction<SpawnOptions, Object, SuspendingCoroutine<V>> spawn) {
    SpawnOptions options = SpawnOptions.named(name);
    Surroundings around = loop.scheduler().surroundings();
    return around == null
        ? spawn.apply(options, body)
        : around.spawn(options, body, it -> spawn.apply(options, it));
  }

  @Override
  public final <V extends @Nullable Object, X extends Exception> V blocking(Body<V, X> body)
      throws X {
    return call(body, null);
  }

  @Override
  public final <V extends @Nullable Object, X extends Exception> V abandonableBlocking(
      Body<V, X> body, Consumer<? super V> onLate) throws X {
    return call(body, onLate);
  }

  private <V extends @Nullable Object, X extends Exception> V call(
      Body<V, X> body, @Nullable Consumer<? super V> onLate) throws X {
    TaskHost scheduler = loop.scheduler();
    Surroundings around = scheduler.surroundings();
    Body<V, X> call = around == null ? body : around.aroundCall(body);
    return new BlockingCall<>(this, scheduler.blockingThreads(), call, onLate).call();
  }

  @Override
  public final <V extends @Nullable Object, X extends Exception> V withDeadline(
      Duration limit, Deadline.Scoped<V, X> part) throws X, TimeoutException {
    return within(new MovableLimit(scope(), this, limit), part);
  }

  @Override
  public final <V extends @Nullable Object, X extends Exception> V acquireWithin(
      Duration limit, Body<V, X> acquire, Consumer<? super V> onLost) throws X, TimeoutException {
    checkCancelled();
    return new Acquisition<>(this, acquire, onLost).await(limit);
  }

  /** A reason to be suspended that needs no object of its own. */
  enum Standstill {
    DELAY("a delay"),
    BLOCKING_CALL("a blocking call"),
    INTERRUPT("an interrupt that is being delivered");

    private final String words;

    Standstill(String words) {
      this.words = words;
    }

    @Override
    public String toString() {
      return words;
    }
  }
}
