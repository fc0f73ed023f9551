package io.tourbillon.timer.netty;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.roster.Roster;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A timeout. Callers hold this object, and it is the task that is armed in the service.
 *
 * <pre>
 *             +--run--> RUNNING --task returns or throws--> EXPIRED
 *   PENDING --+--the executor refuses the task------------> EXPIRED
 *             +--cancel, stop, shutdown of the service----> CANCELLED
 * </pre>
 *
 * <p>All transitions are made under this object's monitor, which is held for a few instructions and
 * never while other code is called. The first transition out of PENDING decides. If a batch of the
 * service has already taken the timer, {@link #run} skips the task, so a cancel is effective until
 * the task begins.
 *
 * <p>A stop may find the timeout before it is armed, when the id of the timer is not known yet.
 * Then {@link #armed} sees the state and cancels the timer.
 */
final class NettyTimeout implements Timeout, AccountableTask, Roster.Member {
  /** No timer has this id. */
  private static final long NOT_ARMED = 0;

  private enum State {
    PENDING,
    RUNNING,
    /** RUNNING, and a stop has interrupted the runner. */
    INTERRUPTED,
    EXPIRED,
    CANCELLED
  }

  private final NettyTimer timer;
  private final TimerTask task;

  /** Written under the monitor; volatile so that it can be read without it. */
  private volatile State state = State.PENDING;

  // Guarded by this object's monitor.
  private long id = NOT_ARMED;
  private @Nullable Thread runner;

  /** Used by the roster only. */
  private int rosterPlace = NOWHERE;

  NettyTimeout(NettyTimer timer, TimerTask task) {
    this.timer = timer;
    this.task = task;
  }

  // Called by the timer.

  /** Called when the timer has been armed. */
  void armed(long id) {
    boolean cancelled;
    synchronized (this) {
      this.id = id;
      cancelled = state == State.CANCELLED;
    }
    if (cancelled) {
      timer.timers().cancel(id);
    }
  }

  /** Takes back a timeout that was refused: false if a stop has ended it. */
  boolean retract() {
    return end();
  }

  /** Cancels without telling the task. Returns false if the timeout was not pending. */
  boolean end() {
    long armed;
    synchronized (this) {
      if (state != State.PENDING) {
        return false;
      }
      state = State.CANCELLED;
      armed = id;
    }
    timer.ended(this);
    if (armed != NOT_ARMED) {
      timer.timers().cancel(armed);
    }
    return true;
  }

  private void leavePending(State end) {
    synchronized (this) {
      if (state != State.PENDING) {
        return;
      }
      state = end;
    }
    timer.ended(this);
  }

  synchronized boolean isRunningHere() {
    return Thread.currentThread().equals(runner);
  }

  /** Interrupts the task if it is running, and no other task. */
  synchronized void interruptRun() {
    if (runner != null) {
      state = State.INTERRUPTED;
      runner.interrupt();
    }
  }

  // Called by the service.

  @Override
  public void run() {
    synchronized (this) {
      if (state != State.PENDING) {
        return;
      }
      state = State.RUNNING;
      runner = Thread.currentThread();
    }
    try {
      task.run(this);
    } catch (Throwable error) {
      throw NettyTimeout.<RuntimeException>asUnchecked(error);
    } finally {
      finish();
    }
  }

  /** Throws any Throwable without declaring it; the service catches all of them. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> X asUnchecked(Throwable error) throws X {
    throw (X) error;
  }

  private void finish() {
    synchronized (this) {
      if (state == State.INTERRUPTED) {
        // The interrupt was meant for this task, not for the next one of this thread.
        Thread.interrupted();
      }
      state = State.EXPIRED;
      runner = null;
    }
    timer.ended(this);
  }

  @Override
  public void refused(RejectedExecutionException why) {
    leavePending(State.EXPIRED);
  }

  @Override
  public void handedBack(RejectedExecutionException why) {
    leavePending(State.CANCELLED);
  }

  /** Not called for a timer that is cancelled by its id, as these are. */
  @Override
  public void cancelled() {
    leavePending(State.CANCELLED);
  }

  @Override
  public Runnable passedIn() {
    return this;
  }

  @Override
  public Class<?> taskType() {
    return task.getClass();
  }

  // Called by users.

  @Override
  public Timer timer() {
    return timer;
  }

  @Override
  public TimerTask task() {
    return task;
  }

  @Override
  public boolean isExpired() {
    State now = state;
    return now != State.PENDING && now != State.CANCELLED;
  }

  @Override
  public boolean isCancelled() {
    return state == State.CANCELLED;
  }

  @Override
  public boolean cancel() {
    StackReserve.require();
    timer.requireOwner();
    if (!end()) {
      return false;
    }
    CancelNotice.tell(task, this);
    return true;
  }

  @Override
  public String toString() {
    return "timeout " + state + " of " + SafeText.of(task);
  }

  // Roster.Member.

  @Override
  public int rosterPlace() {
    return rosterPlace;
  }

  @Override
  public void rosterPlace(int place) {
    rosterPlace = place;
  }
}
