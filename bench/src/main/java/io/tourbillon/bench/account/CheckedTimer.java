package io.tourbillon.bench.account;

import io.tourbillon.bench.account.Account.End;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timer as seen from outside the service: every call to the service for it goes through here and
 * is entered in an account.
 *
 * <pre>
 *               +--- the task runs ----------> FIRED
 *   pending  ---+--- cancel returns true ----> CANCELLED
 *               +--- shutdown hands it back -> HANDED_BACK
 * </pre>
 *
 * <p>A timer that has ended may be armed again. The methods that call the service are for one owner
 * at a time; the task runs wherever the service runs it.
 */
public class CheckedTimer implements Runnable {
  private static final VarHandle END;

  static {
    try {
      END = MethodHandles.lookup().findVarHandle(CheckedTimer.class, "end", End.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Account account;

  /**
   * Null while the timer is pending, which the owner writes before it arms the timer. null -> an
   * end is a compare-and-set by the thread that sees that end; if it fails, this was a second end.
   */
  private volatile @Nullable End end = End.CANCELLED;

  /**
   * The deadline that the owner may expect, by {@link System#nanoTime}. It is computed before the
   * service is called, so the service's own is never earlier. Written by the owner, read where the
   * task runs.
   */
  private volatile long deadlineNanos;

  /** Makes a timer that is not armed. */
  public CheckedTimer(Account account) {
    this.account = account;
  }

  // Calls to the service.

  /** As the service does. */
  public final long arm(TimerService timers, long delay, TimeUnit unit) {
    begin(System.nanoTime() + unit.toNanos(delay));
    boolean accepted = false;
    try {
      long id = timers.arm(delay, unit, this);
      accepted = true;
      return id;
    } finally {
      decide(accepted);
    }
  }

  /** As the service does. */
  public final long armAt(TimerService timers, long newDeadlineNanos) {
    begin(newDeadlineNanos);
    boolean accepted = false;
    try {
      long id = timers.armAt(newDeadlineNanos, this);
      accepted = true;
      return id;
    } finally {
      decide(accepted);
    }
  }

  /** Returns true if this ended the timer; otherwise it has fired or is about to. */
  public final boolean cancel(TimerService timers, long id) {
    boolean cancelled = timers.cancel(id);
    if (cancelled) {
      end(End.CANCELLED);
    }
    return cancelled;
  }

  /** As the service does. */
  public final TimerHandle schedule(TimerService timers, Duration delay) {
    begin(System.nanoTime() + delay.toNanos());
    boolean accepted = false;
    try {
      TimerHandle handle = timers.schedule(delay, this);
      accepted = true;
      return handle;
    } finally {
      decide(accepted);
    }
  }

  /**
   * As the service does. The deadline by {@link System#nanoTime} is now; the wall clock decides.
   */
  public final TimerHandle scheduleAt(TimerService timers, Instant time) {
    begin(System.nanoTime());
    boolean accepted = false;
    try {
      TimerHandle handle = timers.scheduleAt(time, this);
      accepted = true;
      return handle;
    } finally {
      decide(accepted);
    }
  }

  /** As the service does, after one period. */
  public final TimerHandle scheduleAtFixedRate(TimerService timers, Duration period) {
    begin(System.nanoTime() + period.toNanos());
    boolean accepted = false;
    try {
      TimerHandle handle = timers.scheduleAtFixedRate(period, period, this);
      accepted = true;
      return handle;
    } finally {
      decide(accepted);
    }
  }

  /** Gives the timer a new deadline; false if it has fired or is about to. */
  public final boolean rearm(TimerService timers, long id, long delay, TimeUnit unit) {
    long newDeadlineNanos = beginMove(System.nanoTime() + unit.toNanos(delay));
    boolean rearmed = timers.rearm(id, delay, unit);
    return endMove(rearmed, newDeadlineNanos);
  }

  /** As {@link #rearm}, by a handle. */
  public final boolean reschedule(TimerHandle handle, Duration delay) {
    long newDeadlineNanos = beginMove(System.nanoTime() + delay.toNanos());
    boolean rescheduled = handle.reschedule(delay);
    return endMove(rescheduled, newDeadlineNanos);
  }

  /**
   * The task may run for the old deadline or the new one while the service is called. So the
   * earlier of the two holds until the answer is there, and no run is taken for an early one.
   */
  private long beginMove(long newDeadlineNanos) {
    if (newDeadlineNanos - deadlineNanos < 0) {
      deadlineNanos = newDeadlineNanos;
    }
    return newDeadlineNanos;
  }

  private boolean endMove(boolean moved, long newDeadlineNanos) {
    if (moved) {
      deadlineNanos = newDeadlineNanos;
    }
    return moved;
  }

  /** As {@link #cancel(TimerService, long)}, by a handle. */
  public final void cancel(TimerHandle handle) {
    if (handle.cancel()) {
      end(End.CANCELLED);
    }
  }

  /**
   * Waits for a future of the service.
   *
   * @throws RejectedExecutionException if the service is shut down, before or meanwhile
   */
  public final void await(TimerService timers, Duration delay) {
    begin(System.nanoTime() + delay.toNanos());
    var future = timers.after(delay);
    account.begin();
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RejectedExecutionException shutDown) {
        end(End.HANDED_BACK);
        throw shutDown;
      }
      throw e;
    }
    run();
  }

  /** Returns true if the timer was accepted and has not ended, as far as this object knows. */
  public final boolean isPending() {
    return end == null;
  }

  private void begin(long newDeadlineNanos) {
    deadlineNanos = newDeadlineNanos;
    end = null;
  }

  /**
   * The service has accepted the timer, or thrown. A timer whose arming has thrown must not run: if
   * it does, more have ended than have begun.
   */
  private void decide(boolean accepted) {
    if (accepted) {
      account.begin();
    } else {
      end = End.CANCELLED;
    }
  }

  // How it ends.

  /** The task. */
  @Override
  public void run() {
    // Once the timer has ended, the owner may arm it again: the deadline is read before.
    checkDeadline(System.nanoTime());
    end(End.FIRED);
    fire();
  }

  /** What the timer is for. Called by the service's driver, so it must be short. */
  protected void fire() {}

  /** The deadline that the owner may expect, by {@link System#nanoTime}. */
  public final long deadlineNanos() {
    return deadlineNanos;
  }

  /** Changes that deadline; the service does not know. */
  public final void setDeadlineNanos(long newDeadlineNanos) {
    deadlineNanos = newDeadlineNanos;
  }

  /** Enters a run: early if its time is before the deadline. */
  public final void checkDeadline(long nowNanos) {
    account.run(nowNanos - deadlineNanos);
  }

  /** The executor has refused the task: the timer counts as fired. */
  public void refuse() {
    end(End.FIRED);
  }

  /** Enters an end. */
  public final void end(End newEnd) {
    if (END.compareAndSet(this, null, newEnd)) {
      account.end(newEnd);
    } else {
      account.endAgain();
    }
  }
}
