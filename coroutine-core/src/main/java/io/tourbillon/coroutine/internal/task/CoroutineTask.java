package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.Pause;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.Objects;
import java.util.function.Function;
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
public final class CoroutineTask<T extends @Nullable Object> extends SuspendingCoroutine<T> {
  /** Made for the first turn, cleared after the last. */
  private @Nullable Strand strand;

  /** The id of its entry in the wheel; 0 if it has none. */
  private long timerId;

  /**
   * Creates a coroutine that is not placed.
   *
   * @param body a Callable of T, or an Action if T is Void
   */
  public CoroutineTask(CoroutineLoop loop, long number, @Nullable Traits traits, Object body) {
    super(loop, number, traits, body);
  }

  @Override
  public void start() {
    loop.accept(this);
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
      if (isCancelledAtOnce()) {
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
    setState(State.RUNNING, loop.stamp());
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
        setState(State.SUSPENDED, loop.stamp());
        loop.interrupts.blocked(this);
      }
      case NOT_TAKEN -> setState(State.READY, loop.stamp());
      case NOT_STARTED -> beginLater();
      case ENDED -> endWithOutcome(broken);
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

  @Override
  public boolean showsScopesHere() {
    return isConfinedHere();
  }

  @Override
  void letGoOfLoop() {
    strand = null;
    disarm();
  }

  @Override
  void reportLater() {
    if (timerId == 0) {
      timerId = loop.armSurely(loop.elapsedNanos() + UNSEEN_NANOS, this);
    }
  }

  @Override
  void reportNoLonger() {
    disarm();
  }

  /**
   * Makes the coroutine ready, as soon as its rate allows. The rescuer may let it go before this
   * returns, and another loop take it over, so the loop is read first.
   */
  void makeReady() {
    CoroutineLoop mine = loop;
    setState(State.READY, mine.stamp());
    Traits special = traits();
    if (special == null || !special.isThrottled()) {
      mine.makeReady(this);
    } else {
      mine.makeReadyWhenDue(this, special);
    }
  }

  /** Makes the coroutine ready without adding it to the ready queue. */
  void setReady() {
    setState(State.READY, loop.stamp());
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

  /**
   * Makes its stack ready to leave. Called by its loop, or by the rescuer in place of it, before
   * {@code release}. Changes nothing and returns false if there is no memory for that.
   */
  boolean preparesToLeave() {
    try {
      Objects.requireNonNull(strand).leaves();
      return true;
    } catch (OutOfMemoryError full) {
      return false;
    }
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
    // it may seem to be ready here, or leave meanwhile, but one that moves has no rate, and is not
    // delayed.
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

  @Override
  void tell(Message message) {
    loop.tell(message);
  }

  @Override
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

  /** Returns that time, or an earlier limit. */
  @Override
  long endOfWait(long untilNanos) {
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

  /** Waits until an interrupt has been delivered. */
  void awaitInterrupt() {
    park(Standstill.INTERRUPT, CancelScope.NEVER);
  }

  @Override
  void clearInterrupt() {
    loop.interrupts.clear(this);
  }

  @Override
  boolean wasInterruptedFor(CancelScope.Signal signal) {
    return loop.interrupts.wereFor(signal, this);
  }

  @Override
  void forgetInterrupt() {
    loop.forgetInterrupt(this);
  }

  /** Sends the resumption to the loop. */
  @Override
  void resume(ResumptionTask<?> settled) {
    CoroutineLoop loop = this.loop;
    CoroutineLoop here = CurrentLoop.get();
    if (here != null) {
      loop.noteResumption(settled, here);
    }
    loop.tellFrom(here, settled);
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
  void park(Object waitsFor, long wakeNanos) {
    this.waitsFor = waitsFor;
    loop.wakeAt(wakeNanos);
    setState(State.SUSPENDED, loop.stamp());
    giveTurn();
    if (this.waitsFor instanceof OutOfMemoryError notArmed) {
      throw notArmed;
    }
  }

  private void giveTurn() {
    try {
      Objects.requireNonNull(strand).suspend();
    } catch (RuntimeException | Error notSuspended) {
      setState(State.RUNNING, loop.stamp());
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

  @Override
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
}
