package io.tourbillon.timer.netty;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.roster.Roster;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A timer service as Netty's {@link Timer}, in the place of {@link io.netty.util.HashedWheelTimer}.
 * Any number of these may stand on one service; stopping one leaves the others and the service
 * alone.
 *
 * <p>Thread-safe. A timeout costs what a timer of the service does, and for being found again at
 * {@link #stop} some 40 ns and 8 bytes, beside its object of 40 bytes. A cancelled timeout is gone
 * at once, together with its place under {@code maxPending}, and does not wait for a tick.
 *
 * <p>What differs from HashedWheelTimer:
 *
 * <ul>
 *   <li>{@link TimerTask#cancelled} is called by the thread that cancels, before {@link
 *       Timeout#cancel} returns.
 *   <li>What a task throws goes to the service's exception handler.
 *   <li>If the service has an executor, tasks run there, a timeout can be cancelled until its task
 *       begins, and {@link #stop} interrupts and awaits those tasks too.
 *   <li>A timeout has expired when its task begins, or was refused by the executor.
 *   <li>Tasks of the same tick run in no particular order.
 * </ul>
 *
 * <p>A shutdown of the service cancels the timeouts that are pending; it hands them back, and
 * {@link #stop} will not.
 */
@SuppressWarnings("exports") // Users of the adapter require io.netty.common themselves.
public final class NettyTimer implements Timer {
  /** How long stop waits before it interrupts again, in case that a task took no notice. */
  private static final long INTERRUPT_INTERVAL_MILLIS = 100;

  private final TimerService timers;

  /**
   * The timeouts whose tasks have not ended. It decides the race of newTimeout with stop: the
   * former is refused, or the latter finds the timeout.
   */
  private final Roster<NettyTimeout> roster = new Roster<>();

  /** A timer on this service, which is left to its owner to close. */
  public NettyTimer(TimerService timers) {
    this.timers = Objects.requireNonNull(timers, "timers");
    StackReserve.requireForLoading();
    useOnce();
  }

  /**
   * Initialises the classes of a timeout before one is made by a caller that may have no stack or
   * heap for it, which would make them unusable for the rest of the process.
   */
  private void useOnce() {
    TimerTask task = new Nothing();
    NettyTimeout timeout = new NettyTimeout(this, task);
    timeout.cancelled();
    CancelNotice.tell(task, timeout);
  }

  private static final class Nothing implements TimerTask {
    @Override
    public void run(Timeout timeout) {}
  }

  /**
   * Runs a task once, after a delay.
   *
   * @param delay zero or less for the next tick; one too long for the clock counts as the longest
   * @throws IllegalStateException if this timer was stopped or the service shut down
   * @throws RejectedExecutionException if as many timers are pending as the service allows
   */
  @Override
  public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(unit, "unit");
    StackReserve.require();
    NettyTimeout timeout = new NettyTimeout(this, task);
    if (!roster.add(timeout)) {
      throw new IllegalStateException("the timer has been stopped");
    }
    try {
      timeout.armed(timers.arm(delay, unit, timeout));
    } catch (RejectedExecutionException refusal) {
      // If a stop has cancelled the timeout meanwhile, then it was accepted before and is returned
      // there; the caller gets it like any that is stopped right after.
      if (timeout.retract()) {
        throw timers.isShutdown()
            ? new IllegalStateException(refusal.getMessage(), refusal)
            : refusal;
      }
    }
    return timeout;
  }

  /**
   * Cancels the timeouts that are pending, interrupts a task that is running, and waits until it
   * has ended; no task of this timer runs afterwards. {@link TimerTask#cancelled} is not called, as
   * the timeouts are returned. If the calling thread is interrupted, it still waits, and its
   * interrupt status is set at the end.
   *
   * @return the timeouts that this call has cancelled; none if the timer had been stopped before
   * @throws IllegalStateException if called from a task of this timer
   */
  @Override
  public Set<Timeout> stop() {
    StackReserve.require();
    for (NettyTimeout timeout : roster.members()) {
      if (timeout.isRunningHere()) {
        throw new IllegalStateException(
            "stop must not be called from a task of the timer: " + timeout);
      }
    }
    roster.close();
    List<NettyTimeout> left = roster.members();
    Set<Timeout> cancelled = HashSet.newHashSet(left.size());
    for (NettyTimeout timeout : left) {
      if (timeout.end()) {
        cancelled.add(timeout);
      }
    }
    awaitRunning();
    return cancelled;
  }

  /** All that is left are tasks that are running. */
  private void awaitRunning() {
    boolean interrupted = false;
    while (!roster.isEmptied()) {
      for (NettyTimeout timeout : roster.members()) {
        timeout.interruptRun();
      }
      try {
        boolean _ = roster.awaitEmptied(INTERRUPT_INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  TimerService timers() {
    return timers;
  }

  /** Follows a timeout that has ended and whose task is not running. */
  void ended(NettyTimeout timeout) {
    roster.remove(timeout);
  }
}
