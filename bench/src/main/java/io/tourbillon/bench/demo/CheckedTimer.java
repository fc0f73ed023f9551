package io.tourbillon.bench.demo;

import io.tourbillon.bench.demo.Account.End;
import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.io.Closeable;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timer of the demo as seen from outside the service: every call to the service for it goes
 * through here and is entered in an account.
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
class CheckedTimer implements Runnable {
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

  CheckedTimer(Account account) {
    this.account = account;
  }

  /** A timeout of a connection: closes it, which ends whatever is being done with it. */
  static CheckedTimer closing(Account account, Closeable connection) {
    return new CheckedTimer(account) {
      @Override
      void fire() {
        Endings.closeQuietly(connection);
      }
    };
  }

  // Calls to the service.

  final long arm(TimerService timers, long delay, TimeUnit unit) {
    begin(System.nanoTime() + unit.toNanos(delay));
    long id = timers.arm(delay, unit, this);
    account.begin();
    return id;
  }

  final long armAt(TimerService timers, long newDeadlineNanos) {
    begin(newDeadlineNanos);
    long id = timers.armAt(newDeadlineNanos, this);
    account.begin();
    return id;
  }

  /** Returns true if this ended the timer; otherwise it has fired or is about to. */
  final boolean cancel(TimerService timers, long id) {
    boolean cancelled = timers.cancel(id);
    if (cancelled) {
      end(End.CANCELLED);
    }
    return cancelled;
  }

  final TimerHandle schedule(TimerService timers, Duration delay) {
    begin(System.nanoTime() + delay.toNanos());
    TimerHandle handle = timers.schedule(delay, this);
    account.begin();
    return handle;
  }

  final TimerHandle scheduleAtFixedRate(TimerService timers, Duration period) {
    begin(System.nanoTime() + period.toNanos());
    TimerHandle handle = timers.scheduleAtFixedRate(period, period, this);
    account.begin();
    return handle;
  }

  /**
   * Pushes the deadline out. The new one is written only afterwards, so that a task which runs
   * meanwhile, for the old deadline, is not taken for an early one.
   */
  final boolean reschedule(TimerHandle handle, Duration delay) {
    long newDeadlineNanos = System.nanoTime() + delay.toNanos();
    boolean rescheduled = handle.reschedule(delay);
    if (rescheduled) {
      deadlineNanos = newDeadlineNanos;
    }
    return rescheduled;
  }

  final void cancel(TimerHandle handle) {
    if (handle.cancel()) {
      end(End.CANCELLED);
    }
  }

  /**
   * Waits for a future of the service.
   *
   * @throws RejectedExecutionException if the service is shut down, before or meanwhile
   */
  final void await(TimerService timers, Duration delay) {
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

  final boolean isPending() {
    return end == null;
  }

  private void begin(long newDeadlineNanos) {
    deadlineNanos = newDeadlineNanos;
    end = null;
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
  void fire() {}

  final long deadlineNanos() {
    return deadlineNanos;
  }

  final void setDeadlineNanos(long newDeadlineNanos) {
    deadlineNanos = newDeadlineNanos;
  }

  final void checkDeadline(long nowNanos) {
    account.run(nowNanos - deadlineNanos);
  }

  final void end(End newEnd) {
    if (END.compareAndSet(this, null, newEnd)) {
      account.end(newEnd);
    } else {
      account.endAgain();
    }
  }
}
