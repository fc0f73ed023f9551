package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.internal.engine.Pause;
import io.tourbillon.coroutine.internal.engine.Strand;
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
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine, from its spawn to its end. In the ready queue of its loop it stands for its turn; in
 * the wheel for the one time at which it has to be looked at: the end of its delay, or the nearest
 * limit around it, whichever comes first.
 *
 * <p><b>Who may touch what.</b> Either the loop is running, or one coroutine of it has the turn;
 * its fields belong to whoever that is. What other threads see is in {@link JoinableCoroutine}.
 *
 * <p>A turn, with step names as method names: the loop lets it {@linkplain #takeTurn take its
 * turn}; the strand {@linkplain Strand#resume resumes}; the coroutine {@linkplain #park parks}
 * again, or its body ends, which is what it {@linkplain #run runs}; what comes after is in {@link
 * #turn}.
 *
 * <p><b>Size matters</b>, as people have millions of these asleep: of this object and of the frames
 * in which a delay is suspended. It has 80 bytes, none of them padding; what few coroutines need is
 * kept elsewhere, as in {@link Interruptions} and {@link Traits}. And what a suspension needs and a
 * frame would have to carry is done by the loop, on its own stack.
 */
public final class CoroutineTask<T extends @Nullable Object> extends ScopedCoroutine<T> {
  private static final long UNSEEN_NANOS = 1_000_000_000;

  /** A Callable or an Action; let go when it ends. */
  private @Nullable Object body;

  /** Made for the first turn, let go after the last. */
  private @Nullable Strand strand;

  /** Neighbours in the loop's list of its coroutines. */
  @Nullable CoroutineTask<?> next;

  @Nullable CoroutineTask<?> previous;

  /** Its entry in the wheel, or 0. */
  private long timerId;

  /**
   * @param body a Callable of T, or an Action if T is Void
   */
  public CoroutineTask(CoroutineLoop loop, long number, @Nullable Traits traits, Object body) {
    super(loop, number, traits);
    this.body = body;
  }

  // By the loop.

  /** Its turn has come, unless that was taken back. */
  @Override
  public void takeTurn() {
    if (state() != State.READY) {
      return;
    }
    Strand carrier = strand;
    if (carrier == null) {
      if (cancellation() != null && !beginsEvenIfCancelled()) {
        end(State.CANCELLED);
        return;
      }
      try {
        carrier = loop.newStrand(this);
      } catch (OutOfMemoryError full) {
        beginLater();
        return;
      } catch (Throwable failure) {
        outcome = lost(failure);
        end(State.FAILED);
        return;
      }
      strand = carrier;
    }
    turn(carrier, false);
  }

  private boolean beginsEvenIfCancelled() {
    Traits special = traits();
    return special != null && special.beginsEvenIfCancelled;
  }

  /** There was no memory for its strand. Others have their turns before it tries again. */
  private void beginLater() {
    strand = null;
    MemoryReserve.pause();
    makeReady();
  }

  @Override
  public void runBlocked() {
    disarm();
    turn(Objects.requireNonNull(strand), true);
  }

  private void turn(Strand carrier, boolean wasBlocked) {
    setState(State.RUNNING);
    loop.begin(this);
    Pause pause = Pause.ENDED;
    Throwable broken = null;
    try {
      pause = wasBlocked ? carrier.resumeBlocked() : carrier.resume();
    } catch (Throwable thrown) {
      broken = thrown;
    }
    loop.end();
    long wakeNanos = loop.takeWakeNanos();
    switch (pause) {
      case SUSPENDED -> suspended(wakeNanos);
      case BLOCKED -> {
        waitsFor = Standstill.BLOCKING_CALL;
        setState(State.SUSPENDED);
        loop.interrupts.blocked(this);
      }
      case NOT_TAKEN -> setState(State.READY);
      case NOT_STARTED -> beginLater();
      case ENDED -> {
        if (!hasEnded()) {
          ended(lost(broken));
        }
        end(outcome instanceof Thrown(Throwable _, State how) ? how : State.DONE);
      }
    }
  }

  /**
   * Makes the outcome of a coroutine that cannot go on. Waits for the memory that this takes:
   * without an outcome the coroutine would never end.
   */
  private static Thrown lost(@Nullable Throwable cause) {
    while (true) {
      try {
        return new Thrown(
            cause == null ? new IllegalStateException("its stack is lost") : cause, State.FAILED);
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Has given up the turn, until it is made ready, at the latest at that time. */
  private void suspended(long wakeNanos) {
    try {
      armAt(wakeNanos);
    } catch (OutOfMemoryError notArmed) {
      waitsFor = notArmed;
      makeReady();
    }
  }

  private void end(State how) {
    body = null;
    strand = null;
    waitsFor = null;
    try {
      leaveTo(null, CancelScope.LeftOpen.BY_ITS_END);
      loop.interrupts.forget(this);
      disarm();
    } finally {
      tellEnd(how);
    }
  }

  private void tellEnd(State how) {
    try {
      boolean known = publishEnd(how);
      if (!known && how == State.FAILED) {
        timerId = loop.armSurely(loop.elapsedNanos() + UNSEEN_NANOS, this);
      }
    } finally {
      loop.ended(this);
    }
  }

  /** Ends without an end: its loop is no more. */
  void abandon(Throwable cause) {
    if (state().isEnd()) {
      return;
    }
    outcome = lost(cause);
    publishEnd(State.FAILED);
    loop.givePlace();
  }

  @Override
  void lostWatcher() {
    if (state() == State.FAILED && !isSeen() && timerId == 0) {
      timerId = loop.armSurely(loop.elapsedNanos() + UNSEEN_NANOS, this);
    }
  }

  /** Tells of a failure that nobody has seen, once. */
  void reportUnseen() {
    if (state() == State.FAILED) {
      disarm();
      if (!isSeen()) {
        End _ = watched();
        loop.uncaught(this, failure());
      }
    }
  }

  /** Waits for its turn from now on. */
  void makeReady() {
    setState(State.READY);
    Traits special = traits();
    if (special == null || !special.isThrottled()) {
      loop.makeReady(this);
    } else {
      loop.makeReadyWhenDue(this, special);
    }
  }

  @Override
  public void expired() {
    switch (state()) {
      case FAILED -> makeStepReady(task -> task::reportUnseen);
      case SUSPENDED -> {
        timerId = 0;
        struck();
      }
      default -> timerId = 0;
    }
  }

  @Override
  void cancelled() {
    if (state() == State.SUSPENDED) {
      long nanos = strikeNanos();
      if (nanos > loop.elapsedNanos()) {
        armEarlier(nanos);
      } else {
        disarm();
        struck();
      }
    }
    if (state() == State.READY) {
      loop.hasten(this);
    }
  }

  /** Ends its suspension: a delay is over, or a limit around it, or it was cancelled. */
  private void struck() {
    if (waitsFor instanceof ResumptionTask<?> resumption) {
      // Who comes with a value after the cancel cuts the suspension, and leaves the rest to this.
      if (resumption.cut() || resumption.isCut()) {
        makeReady();
      }
    } else if (waitsFor == Standstill.BLOCKING_CALL) {
      // In a turn of its own: an interrupt makes a thread ready, whose wait may be in the wheel.
      makeStepReady(task -> () -> loop.interrupts.interruptIfBlocked(task));
    } else {
      makeReady();
    }
  }

  /** Has a step taken in a turn of its own. Waits for the memory that this takes. */
  private void makeStepReady(Function<CoroutineTask<?>, Runnable> step) {
    while (true) {
      try {
        loop.makeReady(step.apply(this));
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Whether it is suspended in a blocking call of the JDK. */
  boolean isInBlockingCall() {
    return state() == State.SUSPENDED && waitsFor == Standstill.BLOCKING_CALL;
  }

  /** Whether it is suspended until an interrupt has been delivered. */
  boolean isAwaitingInterrupt() {
    return state() == State.SUSPENDED && waitsFor == Standstill.INTERRUPT;
  }

  @Override
  void awaitInterrupt() {
    park(Standstill.INTERRUPT, CancelScope.NEVER);
  }

  /** The callback that it is suspended on has settled; or did so before it was suspended. */
  void settled(ResumptionTask<?> resumption) {
    if (resumption.equals(waitsFor) && state() == State.SUSPENDED) {
      disarm();
      makeReady();
    }
  }

  /** Null before its first turn and after its end. */
  @Override
  public @Nullable Strand strand() {
    return strand;
  }

  /** The thread that it runs in, for a look from outside; null if that is the loop's. */
  @Nullable Thread thread() {
    Strand carrier = strand;
    return carrier == null ? null : carrier.thread();
  }

  // By the coroutine.

  /** Runs the body; the strand ends after it. */
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

  /** Waits for the memory that this takes, as {@link #lost} does. */
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
   * What it has failed with, for others: its scope's failure, if that is what it was told, since
   * the exception by which it was told is for its own code.
   */
  private static Throwable asFailure(Throwable thrown) {
    // Only of that is the cause asked for: of others it is code of users.
    Throwable cause = thrown instanceof CoroutineCancelledException ? thrown.getCause() : null;
    if (cause == null) {
      return thrown;
    }
    CompletionException failure = new LateCompletionException(cause);
    failure.addSuppressed(thrown);
    return failure;
  }

  private boolean isCancellation(Throwable thrown) {
    Cancellation asked = cancellation();
    return asked != null && isFor(asked, thrown);
  }

  @Override
  public Coroutine<?> coroutine() {
    return this;
  }

  @Override
  public CoroutineScheduler scheduler() {
    return loop.scheduler();
  }

  @Override
  public Clock clock() {
    return loop.clock();
  }

  @Override
  public @Nullable RandomGenerator chance() {
    return loop.chance();
  }

  @Override
  public void delay(long delayNanos) {
    if (delayNanos <= 0) {
      yieldNow();
      return;
    }
    checkCancelled();
    long wakeNanos = TickScale.deadlineNanos(loop.elapsedNanos(), delayNanos);
    park(Standstill.DELAY, Math.min(wakeNanos, strikeNanos()));
    checkCancelled();
  }

  @Override
  public void checkpoint() {
    if (loop.isOverBudget()) {
      yieldNow();
    } else {
      checkCancelled();
    }
  }

  @Override
  public void yieldNow() {
    checkCancelled();
    loop.wakeAt(CancelScope.NEVER);
    makeReady();
    giveTurn();
    checkCancelled();
  }

  @Override
  public <V extends @Nullable Object> V suspend(
      Object waitsFor, Consumer<? super Resumption<V>> registration) {
    return suspend(new ResumptionTask<>(this, waitsFor), registration);
  }

  <V extends @Nullable Object> V suspend(
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
    if (resumption.isCancellation()) {
      checkCancelled(); // It may come of that: nothing else is lost.
    }
    return resumption.value();
  }

  /**
   * As suspend, but returns when the limit is over: cut then, and without an exception.
   *
   * @param limitNanos more than zero
   */
  <V extends @Nullable Object> Settlement<V> suspendAtMost(
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
    }
    return resumption;
  }

  private void parkOn(ResumptionTask<?> resumption, long untilNanos) {
    try {
      park(resumption, Math.min(untilNanos, strikeNanos()));
    } catch (RuntimeException | Error notSuspended) {
      boolean cut = resumption.cut();
      if (cut) {
        resumption.cleanUp();
      }
      if (cut || !resumption.isSettled()) {
        throw notSuspended;
      }
      // It has settled meanwhile, so there is no need to suspend any more.
    } finally {
      waitsFor = null;
    }
  }

  @Override
  public <V extends @Nullable Object> V await(CompletionStage<V> stage) {
    Subscription.StageWait<V> wait = new Subscription.StageWait<>(this, stage);
    return suspend(wait, _ -> wait.begin());
  }

  @Override
  public <V extends @Nullable Object> Coroutine<V> spawnAttached(String name, Callable<V> body) {
    return loop.spawnAttached(this, name, body);
  }

  @Override
  public <V extends @Nullable Object, X extends Exception> V blocking(Body<V, X> body) throws X {
    return new BlockingCall<>(this, loop.scheduler().blockingThreads(), body).call();
  }

  @Override
  public <V extends @Nullable Object, X extends Exception> V acquireWithin(
      Duration limit, Body<V, X> acquire, Consumer<? super V> onLost) throws X, TimeoutException {
    checkCancelled();
    return new Acquisition<>(this, acquire, onLost).await(limit);
  }

  /** Suspends until it is made ready, at the latest when its time has come. */
  private void park(Object waitsFor, long wakeNanos) {
    this.waitsFor = waitsFor;
    loop.wakeAt(wakeNanos);
    setState(State.SUSPENDED);
    giveTurn();
    if (this.waitsFor instanceof OutOfMemoryError notArmed) {
      throw notArmed;
    }
  }

  private void giveTurn() {
    try {
      Objects.requireNonNull(strand).suspend();
    } catch (RuntimeException | Error notSuspended) {
      setState(State.RUNNING);
      loop.wakeAt(CancelScope.NEVER);
      loop.forget(this);
      throw notSuspended;
    }
  }

  // By either.

  private void armAt(long elapsedNanos) {
    if (elapsedNanos != CancelScope.NEVER) {
      timerId = loop.wheel().arm(elapsedNanos, this);
    }
  }

  /** Arms its entry in the wheel. Waits for the memory that this takes. */
  void armSurely(long elapsedNanos) {
    timerId = loop.armSurely(elapsedNanos, this);
  }

  /** Whether it has an entry in the wheel. */
  boolean isArmed() {
    return timerId != 0;
  }

  /** When the wheel looks at it, in elapsed time; NEVER if it has no entry there. */
  public long wakeNanos() {
    return timerId == 0 ? CancelScope.NEVER : loop.wheel().deadlineNanos(timerId);
  }

  private void armEarlier(long elapsedNanos) {
    if (timerId == 0) {
      timerId = loop.armSurely(elapsedNanos, this);
    } else {
      loop.wheel().rearmEarlier(timerId, elapsedNanos);
    }
  }

  private void disarm() {
    if (timerId != 0) {
      loop.wheel().disarm(timerId);
      timerId = 0;
    }
  }

  /** What it can wait for without an object that stands for it. */
  private enum Standstill {
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
