package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Body;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineCancelledException;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Deadline;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.internal.engine.Pause;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.surround.ListenedBody;
import io.tourbillon.coroutine.internal.surround.Surroundings;
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
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine, from its spawn to its end. In the ready queue of its loop it stands for its turn. In
 * the wheel it stands for one deadline: the end of its delay or the nearest surrounding limit,
 * whichever comes first.
 *
 * <p><b>Who may touch what.</b> Its fields are loop-confined. What other threads see is in {@link
 * JoinableCoroutine}.
 *
 * <p>A turn: the loop calls {@link #takeTurn}, which makes the strand if there is none; {@link
 * #turn} calls {@link Strand#resume}; the strand begins {@link #run} or continues the body, until
 * the body ends or calls {@link #park}; then {@link #turn} handles how the turn ended.
 *
 * <p><b>Size matters</b>, since users have millions of sleeping coroutines: the size of this object
 * and of the frames in which a delay is suspended. The object has 80 bytes without padding. What
 * few coroutines need is kept elsewhere, in {@link CallInterrupts} and {@link Traits}. The loop
 * arms the wheel on its own stack, so that the frames of a suspended coroutine need not carry that.
 */
public final class CoroutineTask<T extends @Nullable Object> extends ScopedCoroutine<T>
    implements ListenedBody.Subject {
  private static final long UNSEEN_NANOS = 1_000_000_000;

  /** A Callable or an Action; cleared when the body has ended. */
  private @Nullable Object body;

  /** Made for the first turn, cleared after the last. */
  private @Nullable Strand strand;

  /** The neighbours in {@link Residents}. */
  @Nullable CoroutineTask<?> next;

  @Nullable CoroutineTask<?> previous;

  /** The id of its entry in the wheel; 0 if it has none. */
  private long timerId;

  /**
   * Creates a coroutine that is not placed.
   *
   * @param body a Callable of T, or an Action if T is Void
   */
  public CoroutineTask(CoroutineLoop loop, long number, @Nullable Traits traits, Object body) {
    super(loop, number, traits);
    this.body = body;
  }

  // Called by the loop.

  @Override
  public boolean takeTurn(EventLoop by) {
    // The state is read before the loop: see isConfinedHere.
    boolean isMine =
        isUnclaimed() ? ((CoroutineLoop) by).claim(this) : isReady() && by.equals(loop);
    if (!isMine) {
      return false;
    }
    Strand carrier = strand;
    if (carrier == null) {
      if (cancellation() != null && !beginsEvenIfCancelled()) {
        end(State.CANCELLED);
        return true;
      }
      try {
        carrier = loop.newStrand(this);
      } catch (OutOfMemoryError full) {
        beginLater();
        return true;
      } catch (Throwable failure) {
        outcome = lost(failure);
        end(State.FAILED);
        return true;
      }
      strand = carrier;
    } else if (loop.isSentAway(this)) {
      return false;
    }
    turn(carrier, false);
    return true;
  }

  private boolean beginsEvenIfCancelled() {
    Traits special = traits();
    return special != null && special.beginsEvenIfCancelled;
  }

  /** Tries to begin again after the turns of others, since there was no memory for the strand. */
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
          outcome = lost(broken);
        }
        end(outcome instanceof Thrown(Throwable _, State how) ? how : State.DONE);
      }
    }
  }

  /**
   * Returns the outcome of a coroutine that cannot continue. Waits for memory if there is none,
   * since without an outcome the coroutine would never end.
   */
  private static Thrown lost(@Nullable Throwable cause) {
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

  /**
   * Arms the deadline of a coroutine that has suspended. If memory runs out, resumes it with the
   * error.
   */
  private void suspended(long wakeNanos) {
    try {
      armAt(wakeNanos);
    } catch (OutOfMemoryError notArmed) {
      waitsFor = notArmed;
      makeReady();
    }
  }

  private void end(State how) {
    Object unfinished = body;
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
    if (unfinished instanceof ListenedBody unheard) {
      loop.endedUnheard(this, unheard, how);
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

  /** Fails the coroutine because its loop has died. Returns false if it had ended before. */
  boolean abandon(Throwable cause) {
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

  @Override
  void lostWatcher() {
    if (state() == State.FAILED && !isSeen() && timerId == 0) {
      timerId = loop.armSurely(loop.elapsedNanos() + UNSEEN_NANOS, this);
    }
  }

  /** Reports a failure that no code has seen, once. Waits for memory if there is none. */
  void reportUnseen() {
    if (state() == State.FAILED) {
      disarm();
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

  /** Makes the coroutine ready, as soon as its rate allows. */
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
        if (!isTooEarly()) {
          struck();
        }
      }
      default -> timerId = 0;
    }
  }

  @Override
  boolean hasBegun() {
    return strand != null;
  }

  /** Returns whether it waits in the ready queue of its loop, after a turn, and may leave it. */
  boolean canLeave() {
    Strand carrier = strand;
    return isReady() && carrier != null && carrier.isAtRest() && mayMove() && !isArmed();
  }

  /** Lets another loop take it over. Called by its loop. */
  void letGo() {
    Objects.requireNonNull(strand).leaves();
    release();
  }

  /** Makes it belong to a loop that has claimed it. Called by that loop. */
  void moveTo(CoroutineLoop other) {
    Strand carrier = strand;
    if (carrier != null) {
      other.carry(carrier);
    }
    loop = other;
  }

  @Override
  void cancelled() {
    // Read before the loop: see isConfinedHere. An unclaimed one sees the cancellation in its turn;
    // it may seem to be ready here, but one that moves has no rate, and is not delayed.
    State seen = state();
    if (!loop.isHere()) {
      loop.tell(this::cancelled);
      return;
    }
    if (seen == State.SUSPENDED) {
      strikeEarlier();
      seen = state();
    }
    if (seen == State.READY) {
      loop.hasten(this);
    }
  }

  /** A limit has moved to an earlier time. Does nothing unless it is suspended. */
  void hurried() {
    State seen = state(); // Before the loop, as in cancelled.
    if (!loop.isHere()) {
      loop.tell(this::hurried);
    } else if (seen == State.SUSPENDED) {
      strikeEarlier();
    }
  }

  private void strikeEarlier() {
    long nowNanos = loop.elapsedNanos(); // First, as in isCancelled.
    long nanos = strikeNanos();
    if (nanos <= nowNanos) {
      disarm();
      struck();
    } else if (nanos != CancelScope.NEVER) {
      armEarlier(nanos);
    }
  }

  /**
   * Returns whether its entry in the wheel has expired for a limit that was moved to a later time;
   * arms it again then.
   */
  private boolean isTooEarly() {
    MovableLimit moved = MovableLimit.innermost(scope());
    if (moved == null) {
      return false;
    }
    long nowNanos = loop.elapsedNanos(); // First, as in isCancelled.
    long dueNanos =
        waitsFor == Standstill.BLOCKING_CALL
            ? strikeNanos()
            : Math.min(moved.waitUntilNanos(), strikeNanos());
    if (dueNanos <= nowNanos) {
      return false;
    }
    if (dueNanos != CancelScope.NEVER) {
      armSurely(dueNanos);
    }
    return true;
  }

  /** Returns when a wait must end that ends by itself at a time: then, or at an earlier limit. */
  private long endOfWait(long untilNanos) {
    MovableLimit movable = MovableLimit.innermost(scope());
    if (movable != null) {
      movable.waitsUntil(untilNanos);
    }
    return Math.min(untilNanos, strikeNanos());
  }

  /** Ends the suspension, because a delay or a limit has passed or the coroutine was cancelled. */
  private void struck() {
    if (waitsFor instanceof ResumptionTask<?> resumption) {
      // A caller that settles after the cancel cuts the suspension, and leaves the wake-up to this.
      if (resumption.cut() || resumption.isCut()) {
        makeReady();
      }
    } else if (waitsFor == Standstill.BLOCKING_CALL) {
      // In a turn of its own: an interrupt makes a thread ready, whose wait may be in the wheel.
      makeStepReady(task -> task::interruptIfBlocked);
    } else {
      makeReady();
    }
  }

  /** Interrupts the blocking call that it is in, if it is still on the loop that calls this. */
  private void interruptIfBlocked() {
    if (isConfinedHere()) {
      loop.interrupts.interruptIfBlocked(this);
    }
  }

  /** Makes a step ready, which runs in a turn of its own. Waits for memory if there is none. */
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

  /** Returns whether it is suspended in a blocking call of the JDK. */
  boolean isInBlockingCall() {
    return state() == State.SUSPENDED && waitsFor == Standstill.BLOCKING_CALL;
  }

  /** Returns whether it is suspended until an interrupt has been delivered. */
  boolean isAwaitingInterrupt() {
    return state() == State.SUSPENDED && waitsFor == Standstill.INTERRUPT;
  }

  @Override
  void awaitInterrupt() {
    park(Standstill.INTERRUPT, CancelScope.NEVER);
  }

  /**
   * Resumes the coroutine after its callback has settled. Does nothing if it is not suspended on
   * that callback.
   */
  void settled(ResumptionTask<?> resumption) {
    if (resumption.equals(waitsFor) && state() == State.SUSPENDED) {
      disarm();
      CoroutineLoop attracting = loop.attracting(this, resumption);
      if (attracting == null) {
        makeReady();
      } else {
        setState(State.READY);
        loop.handOver(this, attracting);
      }
    }
  }

  /** Returns the strand; null before the first turn and after the end. */
  @Override
  public @Nullable Strand strand() {
    return strand;
  }

  /** Returns the thread that it runs in, for observers; null if it runs in the loop's thread. */
  @Nullable Thread thread() {
    Strand carrier = strand;
    return carrier == null ? null : carrier.thread();
  }

  // Called by the coroutine.

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
  public boolean isCancellation(Throwable thrown) {
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
    turnEnds();
    try {
      loop.wakeAt(CancelScope.NEVER);
      makeReady();
      giveTurn();
    } finally {
      turnBegins();
    }
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
  private void turnEnds() {
    if (loop.tellsTurns() && body instanceof ListenedBody listened) {
      listened.turnEnds(this);
    }
  }

  private void turnBegins() {
    if (loop.tellsTurns() && body instanceof ListenedBody listened) {
      listened.turnBegins(this);
    }
  }

  @Override
  public <V extends @Nullable Object> V await(CompletionStage<V> stage) {
    Subscription.StageWait<V> wait = new Subscription.StageWait<>(this, stage);
    return suspend(wait, _ -> wait.begin());
  }

  @Override
  public <V extends @Nullable Object> Coroutine<V> spawnAttached(String name, Callable<V> body) {
    return surrounded(name, body, (options, it) -> loop.spawnAttached(this, options, it));
  }

  /** Spawns a coroutine that does a part of the work of this one, on its loop. */
  <V extends @Nullable Object> CoroutineTask<V> spawnBeside(
      String name, Callable<? extends V> body) {
    return surrounded(name, body, (options, it) -> loop.spawnBeside(options, it));
  }

  /**
   * Spawns a coroutine whose body is surrounded.
   *
   * @param spawn gets the options and the body; it reads the loop, since a decorator that blocks or
   *     suspends lets this coroutine move
   */
  private <V extends @Nullable Object> CoroutineTask<V> surrounded(
      String name,
      Callable<? extends V> body,
      BiFunction<SpawnOptions, Object, CoroutineTask<V>> spawn) {
    SpawnOptions options = SpawnOptions.named(name);
    Surroundings around = loop.scheduler().surroundings();
    return around == null
        ? spawn.apply(options, body)
        : around.spawn(options, body, it -> spawn.apply(options, it));
  }

  @Override
  public <V extends @Nullable Object, X extends Exception> V blocking(Body<V, X> body) throws X {
    return call(body, null);
  }

  @Override
  public <V extends @Nullable Object, X extends Exception> V abandonableBlocking(
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
  public <V extends @Nullable Object, X extends Exception> V withDeadline(
      Duration limit, Deadline.Scoped<V, X> part) throws X, TimeoutException {
    return within(new MovableLimit(scope(), this, limit), part);
  }

  @Override
  public <V extends @Nullable Object, X extends Exception> V acquireWithin(
      Duration limit, Body<V, X> acquire, Consumer<? super V> onLost) throws X, TimeoutException {
    checkCancelled();
    return new Acquisition<>(this, acquire, onLost).await(limit);
  }

  /** Suspends until the coroutine is made ready, or at the latest until a time. */
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

  // Called by the loop or by the running coroutine.

  private void armAt(long elapsedNanos) {
    if (elapsedNanos != CancelScope.NEVER) {
      timerId = loop.wheel().arm(elapsedNanos, this);
    }
  }

  /**
   * Arms its entry in the wheel, in place of one that it has. Waits for memory if there is none.
   */
  void armSurely(long elapsedNanos) {
    disarm();
    timerId = loop.armSurely(elapsedNanos, this);
  }

  /** Returns whether it has an entry in the wheel. */
  boolean isArmed() {
    return timerId != 0;
  }

  /** Returns the deadline of its entry in the wheel, in elapsed time; NEVER if it has none. */
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

  /** A reason to be suspended that needs no object of its own. */
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
