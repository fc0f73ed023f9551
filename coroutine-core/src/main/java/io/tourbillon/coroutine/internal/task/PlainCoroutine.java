package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.coroutine.internal.engine.PlainThreadEngine;
import io.tourbillon.coroutine.internal.engine.Strand;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import io.tourbillon.coroutine.internal.loop.Message;
import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.observe.Stamp;
import io.tourbillon.coroutine.internal.task.CancelScope.Cancellation;
import io.tourbillon.coroutine.internal.traits.Throttle;
import io.tourbillon.coroutine.internal.traits.Traits;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.MemoryReserve;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine that is a virtual thread of the JDK's own scheduler, and gets no turns.
 *
 * <p><b>Who may touch what.</b> The scopes, and everything else that is loop-confined in other
 * coroutines, belong to its thread. Others never change it; they change what is atomic or volatile,
 * such as the outcome of a resumption, a cancellation, or the deadline of a limit, and then call
 * {@link #wake}. The thread looks at all that after each {@code park} and before the next one. So
 * it misses nothing: an {@code unpark} that comes first makes the next {@code park} return at once.
 * Its loop only keeps the books, see {@link PlainLoop}.
 *
 * <p>Delays and limits are timers of {@link TaskHost#alarms}.
 */
public final class PlainCoroutine<T extends @Nullable Object> extends SuspendingCoroutine<T> {
  private static final ThreadLocal<@Nullable PlainCoroutine<?>> HERE = new ThreadLocal<>();

  /**
   * Whether there was ever one. Until then, other threads are spared the entry that reading a
   * thread-local leaves behind. Written before the first one starts, so it sees it.
   */
  private static volatile boolean inUse;

  /**
   * Its thread; null before it begins. Volatile: who cancels it writes the cancellation and then
   * reads this, and who starts it writes this before the thread reads the cancellation.
   */
  private volatile @Nullable Thread thread;

  /**
   * How its thread waits if the clock is not the system's: such a clock must know of each thread
   * that waits. Null for the system's clock. Written before the thread.
   */
  private Clock.@Nullable Alarm ownAlarm;

  /**
   * Its waits, one at a time. Made before any of them, since a wait that needed memory could fail
   * after a callback has been given away.
   */
  private final Wait wait = new Wait();

  /**
   * The end of its current wait, in elapsed time; {@link CancelScope#NEVER} for none. Written by
   * its thread; plain, since others take a glimpse.
   */
  private long wakeNanos = CancelScope.NEVER;

  /** When it looked at the clock in a checkpoint, in elapsed time; NEVER if not since it parked. */
  private long checkedNanos = CancelScope.NEVER;

  /** The id of the entry in the wheel of its loop for a failure nobody has seen. Loop-confined. */
  private long unseenTimerId;

  /**
   * Creates a coroutine that is not placed.
   *
   * @param body a Callable of T, or an Action if T is Void
   */
  public PlainCoroutine(PlainLoop loop, long number, @Nullable Traits traits, Object body) {
    super(loop, number, traits, body);
  }

  /** Returns the calling coroutine; null if the caller is none of this kind. */
  static @Nullable PlainCoroutine<?> here() {
    return inUse && Thread.currentThread().isVirtual() ? HERE.get() : null;
  }

  // Called by the spawner.

  @Override
  public void start() {
    loop.launch(this);
  }

  /**
   * Starts its thread.
   *
   * @throws OutOfMemoryError if that is not possible
   */
  void startThread() {
    if (!inUse) {
      inUse = true;
    }
    Thread fresh = PlainThreadEngine.newThread(named(Thread.ofVirtual()), this);
    ownAlarm = loop.isRealTime() ? null : loop.clock().newAlarm(fresh);
    thread = fresh;
    boolean started = false;
    try {
      fresh.start();
      started = true;
    } finally {
      if (!started) {
        closeOwnAlarm();
      }
    }
  }

  private void closeOwnAlarm() {
    if (ownAlarm != null) {
      ownAlarm.close();
    }
  }

  // Called by its thread.

  @Override
  public void run() {
    try {
      setHere();
      Throwable broken = awaitBegin();
      if (broken == null && isCancelledAtOnce()) {
        end(State.CANCELLED);
      } else {
        setState(State.RUNNING, stampNow());
        if (broken == null) {
          super.run();
        }
        endWithOutcome(broken);
      }
    } finally {
      closeOwnAlarm();
    }
  }

  /** Waits until its rate lets it begin. Returns what keeps it from that; null if nothing does. */
  private @Nullable Throwable awaitBegin() {
    try {
      awaitRate();
      return null;
    } catch (Throwable thrown) {
      return thrown;
    }
  }

  /** Waits for memory if there is none. */
  private void setHere() {
    while (true) {
      try {
        HERE.set(this);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private int stampNow() {
    return Stamp.of(loop.elapsedNanos());
  }

  @Override
  long endOfWait(long untilNanos) {
    return untilNanos; // The limits are read again after each wake-up.
  }

  @Override
  void park(Object waitsFor, long wakeNanos) {
    this.waitsFor = waitsFor;
    setState(State.SUSPENDED, stampNow());
    try {
      if (waitsFor instanceof ResumptionTask<?> resumption) {
        awaitSettled(resumption, wakeNanos);
      } else {
        sleep(wakeNanos);
      }
      awaitRate();
    } finally {
      checkedNanos = CancelScope.NEVER;
      setState(State.RUNNING, stampNow());
      loop.counts().add(Count.SWITCHES, 1);
    }
  }

  /** Waits until a time, or an earlier limit or cancellation. */
  private void sleep(long untilNanos) {
    try {
      while (!wait.isPast(loop.elapsedNanos(), Math.min(untilNanos, strikeNanos()))) {
        wait.park();
      }
    } finally {
      wait.end();
    }
  }

  /**
   * Waits until a resumption is settled. Cuts it at a time, or at an earlier limit or cancellation.
   */
  private void awaitSettled(ResumptionTask<?> resumption, long untilNanos) {
    try {
      boolean refused = false;
      Cancellation refusedFor = null;
      while (!resumption.isSettled()) {
        long nowNanos = loop.elapsedNanos();
        boolean waits = refused && refusedFor == cancellation();
        long endNanos = waits ? CancelScope.NEVER : Math.min(untilNanos, strikeNanos());
        if (wait.isPast(nowNanos, endNanos)) {
          // What cannot be cut, such as a call that has begun, settles it later. A cancellation
          // that comes meanwhile interrupts it once more.
          refusedFor = cancellation();
          refused = !resumption.cut() && !resumption.isSettled();
        } else {
          wait.park();
        }
      }
    } finally {
      wait.end();
    }
  }

  /**
   * Waits until its own rate lets it go on, and then that of its group, unless it is cancelled. In
   * this order, no time of the group is taken by a coroutine that must still wait.
   */
  private void awaitRate() {
    Traits special = traits();
    if (special != null && special.isThrottled()) {
      awaitTimeOf(special.own());
      awaitTimeOf(special.groups());
    }
  }

  private void awaitTimeOf(@Nullable Throttle throttle) {
    if (throttle != null) {
      long nanos = loop.clock().nanoTime();
      sleep(loop.elapsedNanos() + (throttle.take(nanos) - nanos));
    }
  }

  /** A wait of the thread, and the next one after {@link #end}. Used by the thread alone. */
  private final class Wait {
    private @Nullable Alarm alarm;
    private boolean interrupted;

    /**
     * Returns whether a time has passed. If not, {@link #park} will not wait for longer.
     *
     * @param nowNanos was read before the time: then a movable limit that counts as passed here has
     *     expired for all
     */
    boolean isPast(long nowNanos, long elapsedNanos) {
      long endNanos = elapsedNanos;
      if (endNanos != CancelScope.NEVER) {
        if (ownAlarm != null) {
          endNanos = loop.endOfTickNanos(endNanos); // As the timers do, which it does not use.
        }
        if (endNanos <= nowNanos) {
          return true;
        }
        if (ownAlarm == null) {
          setAlarm(endNanos);
        }
      }
      wakeNanos = endNanos;
      return false;
    }

    private void setAlarm(long elapsedNanos) {
      Alarm set = alarm;
      if (set == null || set.hasRung || elapsedNanos < wakeNanos) {
        if (set != null) {
          set.cancel();
        }
        alarm = new Alarm(loop.scheduler().alarms(), loop.clockNanos(elapsedNanos));
      }
    }

    /** May return without a reason. */
    void park() {
      interrupted |= Thread.interrupted(); // The alarm of a clock would lose it.
      try {
        if (ownAlarm == null) {
          LockSupport.park(PlainCoroutine.this);
        } else if (wakeNanos == CancelScope.NEVER) {
          ownAlarm.await();
        } else {
          ownAlarm.awaitUntil(loop.clockNanos(wakeNanos));
        }
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait(); // A virtual thread needs memory to leave its carrier.
      }
      interrupted |= Thread.interrupted();
    }

    void end() {
      wakeNanos = CancelScope.NEVER;
      if (alarm != null) {
        alarm.cancel();
        alarm = null;
      }
      if (interrupted) {
        interrupted = false;
        Interrupts.restore();
      }
    }
  }

  /** A timer that wakes the thread. */
  private final class Alarm implements Runnable {
    private final TimerService alarms;
    private final long id;

    /** Written by the driver of the timers, before it wakes the thread. */
    private volatile boolean hasRung;

    Alarm(TimerService alarms, long clockNanos) {
      this.alarms = alarms;
      id = alarms.armAt(clockNanos, this);
    }

    @Override
    public void run() {
      hasRung = true;
      wake();
    }

    void cancel() {
      if (!hasRung) {
        boolean _ = alarms.cancel(id);
      }
    }
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // Others that are ready go first, as users ask for.
  public void yieldNow() {
    checkCancelled();
    turnEnds();
    try {
      checkedNanos = CancelScope.NEVER;
      Thread.yield();
      awaitRate();
    } finally {
      turnBegins();
    }
    checkCancelled();
  }

  @Override
  public void checkpoint() {
    long nowNanos = loop.elapsedNanos();
    if (checkedNanos == CancelScope.NEVER) {
      checkedNanos = nowNanos;
    }
    if (nowNanos - checkedNanos >= loop.budgetNanos()) {
      yieldNow();
    } else {
      checkCancelled();
    }
  }

  // Nothing interrupts it.

  @Override
  void clearInterrupt() {}

  @Override
  boolean wasInterruptedFor(CancelScope.Signal signal) {
    return false;
  }

  @Override
  void forgetInterrupt() {}

  @Override
  void letGoOfLoop() {}

  // Called by any thread.

  /** Makes the thread look at what it waits for. */
  private void wake() {
    Thread sleeper = thread; // Read first: it publishes the alarm.
    Clock.Alarm own = ownAlarm;
    if (own == null) {
      LockSupport.unpark(sleeper);
    } else if (sleeper != null) {
      own.wake();
    }
  }

  @Override
  void tell(Message message) {
    message.run();
  }

  @Override
  void cancelled() {
    wake();
  }

  @Override
  void hurried() {
    wake();
  }

  @Override
  void resume(ResumptionTask<?> settled) {
    wake();
  }

  /** Returns false: it is CREATED until its body begins, and never after that. */
  @Override
  boolean hasBegun() {
    return false;
  }

  @Override
  public long wakeNanos() {
    return wakeNanos;
  }

  /** Returns true: scopes do not change, but for what any thread may read, and link outwards. */
  @Override
  public boolean showsScopesHere() {
    return true;
  }

  @Override
  void reportLater() {
    while (true) {
      try {
        loop.tell(this::armReport);
        if (loop.isDead()) {
          reportUnseen(); // It reads no messages any more.
        }
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  // Called by its loop.

  private void armReport() {
    if (unseenTimerId == 0) {
      unseenTimerId = loop.armSurely(loop.elapsedNanos() + UNSEEN_NANOS, this);
    }
  }

  @Override
  void reportNoLonger() {
    if (unseenTimerId != 0) {
      loop.wheel().disarm(unseenTimerId);
      unseenTimerId = 0;
    }
  }

  @Override
  public void expired() {
    unseenTimerId = 0;
    reportUnseen();
  }

  // It gets no turns.

  @Override
  public boolean takeTurn(EventLoop by) {
    throw new UnsupportedOperationException("it gets no turns: " + this);
  }

  @Override
  public void runBlocked() {
    throw new UnsupportedOperationException("it gets no turns: " + this);
  }

  @Override
  public @Nullable Strand strand() {
    return null;
  }
}
