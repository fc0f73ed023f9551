package io.tourbillon.bench.account;

import io.tourbillon.timer.TimerHandle;
import io.tourbillon.timer.TimerService;
import java.time.Duration;

/**
 * A timer at a fixed rate. It ends when it is cancelled or handed back, however often it has run.
 *
 * <p>The runs are checked against the multiples of the period. The service may skip those that it
 * missed, and whether it did cannot be seen from outside. So a run is never expected later than it
 * should be, and after a skip its lateness may be overstated by a period.
 */
public final class Heartbeat extends CheckedTimer {
  private final long periodNanos;
  private final TimerHandle handle;
  private volatile boolean due;

  /** Starts the heartbeat; the first is due after a period. */
  public Heartbeat(Account account, TimerService timers, Duration period) {
    super(account);
    periodNanos = period.toNanos();
    handle = scheduleAtFixedRate(timers, period);
  }

  @Override
  public void run() {
    long nowNanos = System.nanoTime();
    checkDeadline(nowNanos);
    long periods = Math.max(1, (nowNanos - deadlineNanos()) / periodNanos);
    setDeadlineNanos(deadlineNanos() + periods * periodNanos);
    due = true;
  }

  /** A periodic timer goes on after a refusal. */
  @Override
  public void refuse() {}

  /** Whether there was a beat since the last time that this was asked. For one caller at a time. */
  public boolean takeDue() {
    boolean wasDue = due;
    due = false;
    return wasDue;
  }

  /** Ends the heartbeat. If a shutdown came during a run, that was the last, and it has fired. */
  public void stop() {
    cancel(handle);
    if (isPending() && handle.state() == TimerHandle.State.FIRED) {
      end(Account.End.FIRED);
    }
  }
}
