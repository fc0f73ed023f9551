package io.tourbillon.bench.demo;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A timer of the demo, as seen from outside the service: what is asked of the service for it goes
 * through here and is entered in an account.
 *
 * <pre>
 *            +--- the task runs ----------> FIRED
 *   OPEN  ---+--- cancel answers true ----> CANCELLED
 *            +--- shutdown hands it back -> HANDED_BACK
 * </pre>
 *
 * <p>One that has ended may be armed again. The methods that ask something of the service are for
 * one owner at a time; the task runs wherever the service runs it.
 */
class CheckedTimer implements Runnable {
  /** Where a timer stands. */
  enum State {
    OPEN,
    FIRED,
    CANCELLED,
    HANDED_BACK
  }

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(CheckedTimer.class, "state", State.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Account account;

  /**
   * OPEN is written by the owner before it arms the timer. OPEN -> any other is a compare-and-set
   * by whoever sees the end; who loses it has seen a second end.
   */
  private volatile State state = State.CANCELLED;

  /**
   * The deadline as the owner has a right to expect it, by {@link System#nanoTime}. It is computed
   * before the service is called, so the service's own is never earlier. Written by the owner, read
   * where the task runs.
   */
  private volatile long deadlineNanos;

  CheckedTimer(Account account) {
    this.account = account;
  }

  // What the owner asks of the service.

  final long arm(TimerService timers, long delay, TimeUnit unit) {
    open(System.nanoTime() + unit.toNanos(delay));
    long id = timers.arm(delay, unit, this);
    account.accept();
    return id;
  }

  final long armAt(TimerService timers, long newDeadlineNanos) {
    open(newDeadlineNanos);
    long id = timers.armAt(newDeadlineNanos, this);
    account.accept();
    return id;
  }

  /** Says whether this ended the timer; if not, it has fired or is about to. */
  final boolean cancel(TimerService timers, long id) {
    boolean cancelled = timers.cancel(id);
    if (cancelled) {
      end(State.CANCELLED);
    }
    return cancelled;
  }

  final TimerHandle schedule(TimerService timers, Duration delay) {
    open(System.nanoTime() + delay.toNanos());
    TimerHandle handle = timers.schedule(delay, this);
    account.accept();
    return handle;
  }

  final TimerHandle scheduleAtFixedRate(TimerService timers, Duration period) {
    open(System.nanoTime() + period.toNanos());
    TimerHandle handle = timers.scheduleAtFixedRate(period, period, this);
    account.accept();
    return handle;
  }

  /**
   * Pushes the deadline out. It is entered only afterwards, so that a task that runs meanwhile, for
   * the old deadline, is not taken for an early one.
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
      end(State.CANCELLED);
    }
  }

  /**
   * Waits for a future of the service.
   *
   * @throws RejectedExecutionException if the service is shut down, before or meanwhile
   */
  final void await(TimerService timers, Duration delay) {
    open(System.nanoTime() + delay.toNanos());
    var future = timers.after(delay);
    account.accept();
    try {
      future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RejectedExecutionException shutDown) {
        end(State.HANDED_BACK);
        throw shutDown;
      }
      throw e;
    }
    run();
  }

  final boolean isOpen() {
    return state == State.OPEN;
  }

  private void open(long newDeadlineNanos) {
    deadlineNanos = newDeadlineNanos;
    state = State.OPEN;
  }

  // What comes of it.

  /** The task. */
  @Override
  public void run() {
    // Once it has ended, the owner may arm the timer again: the deadline is read before.
    checkDeadline(System.nanoTime());
    end(State.FIRED);
    fire();
  }

  /** What the timer is for. Called by the service's driver, so it must be short. */
  void fire() {}

  final long deadlineNanos() {
    return deadlineNanos;
  }

  final void nextDeadlineNanos(long nextNanos) {
    deadlineNanos = nextNanos;
  }

  final void checkDeadline(long nowNanos) {
    account.run(nowNanos - deadlineNanos);
  }

  final void end(State end) {
    if (STATE.compareAndSet(this, State.OPEN, end)) {
      account.end(end);
    } else {
      account.endAgain();
    }
  }
}
