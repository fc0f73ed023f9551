package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.wheel.WheelEntry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A timer with a handle. The handle itself is the entry in the wheel.
 *
 * <pre>
 *            armed          a batch takes it           its task begins         and ends
 *   (new) ----------> ARMED ----------------> TAKEN --------------------> FIRED ----------> DONE
 *                     | ^                     |   |
 *                     | +----- reschedule ----+   |      a periodic timer: RUNNING instead of FIRED,
 *                     |                           |      and from there to ARMED, DONE or, by a
 *                     |                           |      cancel, to CANCELLING and CANCELLED
 *                     +---- cancel ---------------+----> CANCELLED
 *                     +---- shutdown ------------------> HANDED_BACK
 * </pre>
 *
 * <p>The fields are guarded by the lock of the shard, which decides every race between a cancel, a
 * reschedule, a batch and a shutdown. Only the phase TAKEN is left by compare-and-set: the thread
 * that runs the task takes no lock, and the first of begin, cancel and reschedule decides. The
 * thread that has moved the timer out of TAKEN to FIRED or CANCELLED is alone with {@code task},
 * and the thread that has begun a task that runs once is alone with the phase FIRED.
 */
class ScheduledTimer extends WheelEntry implements TimerHandle, CancellableTimer {
  static final byte ARMED = 0;
  static final byte TAKEN = 1;
  static final byte RUNNING = 2;
  static final byte FIRED = 3;

  // From here on, the timer has ended for users, and so in FIRED.
  static final byte DONE = 4;

  /** Cancelled while its task runs. */
  static final byte CANCELLING = 5;

  static final byte CANCELLED = 6;
  static final byte HANDED_BACK = 7;

  /** What users see of each phase. */
  private static final State[] STATES = {
    State.PENDING,
    State.PENDING,
    State.PENDING,
    State.FIRED,
    State.FIRED,
    State.CANCELLED,
    State.CANCELLED,
    State.HANDED_BACK
  };

  private static final VarHandle PHASE;

  static {
    try {
      PHASE = MethodHandles.lookup().findVarHandle(ScheduledTimer.class, "phase", byte.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Shard shard;
  private @Nullable Runnable task;
  private byte phase = ARMED;

  ScheduledTimer(Shard shard, Runnable task) {
    this.shard = shard;
    this.task = task;
  }

  @Override
  public boolean cancel() {
    StackReserve.require();
    return shard.cancel(this);
  }

  @Override
  public boolean cancelAndWait() throws InterruptedException {
    boolean cancelled = cancel();
    shard.runEnds.await(this);
    return cancelled;
  }

  @Override
  public boolean reschedule(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    StackReserve.require();
    return shard.rearm(this, TickScale.nanosOf(delay));
  }

  @Override
  public boolean changePeriod(Duration period) {
    TimerService.Builder.requirePositive("period", period);
    throw new IllegalStateException("a timer that fires once has no period to change: " + this);
  }

  @Override
  public Duration remaining() {
    StackReserve.require();
    return Duration.ofNanos(shard.remainingNanos(this));
  }

  @Override
  public State state() {
    StackReserve.require();
    return shard.stateOf(this);
  }

  @Override
  public @Nullable String tag() {
    return null;
  }

  @Override
  public @Nullable Runnable task() {
    return task;
  }

  @Override
  public boolean isPeriodic() {
    return false;
  }

  /** The tick for which the timer is armed if this is its deadline, in elapsed time. */
  long tickOf(long deadlineNanos) {
    return shard.scale.tickAtOrAfter(deadlineNanos);
  }

  /** Called after a cancel, without a lock: notifies those who wait for the task. */
  void cancelled(Runnable notRun) {}

  /** Called after every end: the timer leaves its group. Takes no lock of a shard. */
  void leave() {}

  // Called by the thread that runs the task, without the lock.

  /**
   * TAKEN -> FIRED. From now on the timer cannot be cancelled or rescheduled.
   *
   * @return the task to run, or null if another thread has taken the timer out of the batch before
   */
  @Override
  public @Nullable Runnable begin() {
    Runnable begun = task;
    if (!leaveBatch(FIRED)) {
      return null;
    }
    task = null;
    shard.begunOnce();
    return begun;
  }

  @Override
  public boolean settle(Runnable ran, boolean failed, boolean isOver, boolean mayRunAgain) {
    runEnded();
    return false;
  }

  @Override
  public void abandon(@Nullable Runnable begun, RejectedExecutionException why) {
    runEnded();
  }

  /** FIRED -> DONE. Changes nothing in another phase, which a failure before the run may leave. */
  private void runEnded() {
    if (phase == FIRED) {
      phase = DONE;
      shard.runEnds.runEnded();
    }
  }

  /** TAKEN -> another phase; false if the timer has left the batch already. */
  final boolean leaveBatch(byte next) {
    return PHASE.compareAndSet(this, TAKEN, next);
  }

  // Called under the shard's lock.

  /** Reads the task up to its class. The comparison is never true, and keeps the read alive. */
  @Override
  protected final void readForExpiry() {
    Object pending = task;
    if (pending != null && pending.getClass() == Shard.class) {
      throw new AssertionError("a task must be a user's: " + this);
    }
  }

  /** The id for listeners; 0 without a listener. */
  long id() {
    return 0;
  }

  final State stateUnderLock() {
    return STATES[phase];
  }

  /** Whether the timer is in the wheel. */
  final boolean isArmed() {
    return phase == ARMED;
  }

  /** Whether a batch has taken the timer and it has not ended. */
  final boolean isOut() {
    return phase == TAKEN || phase == RUNNING;
  }

  /** Whether a periodic timer is running. */
  final boolean isRunning() {
    return phase == RUNNING;
  }

  /**
   * Called after the timer was armed.
   *
   * @param id names it until it leaves the wheel
   */
  void armed(long id) {
    phase = ARMED;
  }

  /** ARMED -> TAKEN: follows a batch that takes the timer. */
  final void taken() {
    phase = TAKEN;
  }

  void rescheduled(long deadlineNanos) {}

  /**
   * Whether the timer may be armed for a time of the wall clock.
   *
   * @param time null for a delay
   */
  boolean mayFollow(@Nullable Instant time) {
    return true;
  }

  /** The timer was armed for a time of the wall clock, or for a delay if it is null. */
  void follow(@Nullable Instant time) {}

  /**
   * Whether the task of an ended timer is still running. Called by any thread, without the lock.
   */
  final boolean isInRun() {
    byte seen = (byte) PHASE.getVolatile(this);
    return seen == FIRED || seen == CANCELLING;
  }

  /** Whether the timer has ended. Called by any thread, without the lock. */
  final boolean hasEnded() {
    return (byte) PHASE.getVolatile(this) >= FIRED;
  }

  /** What a cancel makes of a timer that is RUNNING. */
  byte cancelledWhileRunning() {
    return CANCELLING;
  }

  /** CANCELLING -> CANCELLED: the run has ended. Changes nothing in another phase. */
  final void runOfCancelledEnded() {
    if (phase == CANCELLING) {
      phase = CANCELLED;
    }
  }

  /** Ends the timer, which is in no batch. Returns the task and releases it. */
  final Runnable end(byte end) {
    phase = end;
    Runnable last = task;
    task = null;
    return Objects.requireNonNull(last, "a pending timer has a task");
  }

  /**
   * A timer for which an adapter waits. It is a class of its own so that a cancel of any other
   * timer does not have to read its task.
   */
  static final class Accountable extends ScheduledTimer {
    Accountable(Shard shard, AccountableTask task) {
      super(shard, task);
    }

    @Override
    void cancelled(Runnable notRun) {
      tellCancelled(notRun);
    }
  }

  /** A timer with options or an id. Most have neither, and are smaller. */
  static class Noted extends ScheduledTimer {
    final TimerOptions options;

    /** Guarded by the lock of the shard. */
    private long id;

    private final TimerGroup.@Nullable Member member;

    Noted(Shard shard, Runnable task, TimerOptions options) {
      super(shard, task);
      this.options = options;
      member = options.group() == null ? null : new TimerGroup.Member(this);
    }

    @Override
    final long tickOf(long deadlineNanos) {
      return options.slack().isZero()
          ? super.tickOf(deadlineNanos)
          : shard.scale.roundestTick(deadlineNanos, TickScale.nanosOf(options.slack()));
    }

    @Override
    public @Nullable Runnable begin() {
      Runnable begun = super.begin();
      if (begun != null) {
        leave();
      }
      return begun;
    }

    @Override
    void cancelled(Runnable notRun) {
      leave();
      tellCancelled(notRun);
    }

    /**
     * Called once the timer is armed. If the group was closed meanwhile, cancels the timer. If the
     * timer has ended meanwhile, takes it out of the group again: its end either came before this
     * looks at the phase, or removes the member that was added before.
     *
     * @throws RejectedExecutionException if the group was closed
     */
    void join() {
      TimerGroup group = options.group();
      if (group == null || member == null) {
        return;
      }
      if (!group.add(member) && shard.cancel(this)) {
        group.requireOpen();
      }
      if (hasEnded()) {
        group.remove(member);
      }
    }

    @Override
    void leave() {
      TimerGroup group = options.group();
      if (group != null && member != null) {
        group.remove(member);
      }
    }

    @Override
    public final @Nullable String tag() {
      return options.tag();
    }

    @Override
    final long id() {
      return id;
    }

    @Override
    final void armed(long id) {
      super.armed(id);
      this.id = id;
    }

    @Override
    public String toString() {
      return id == 0 ? super.toString() : "timer " + Long.toHexString(id);
    }
  }

  private static void tellCancelled(Runnable notRun) {
    if (notRun instanceof AccountableTask accountable) {
      accountable.cancelled();
    }
  }
}
