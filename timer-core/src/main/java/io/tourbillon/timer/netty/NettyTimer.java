package io.tourbillon.timer.netty;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.internal.Confined;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.roster.Roster;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A timer service as Netty's {@link Timer}, in place of {@link io.netty.util.HashedWheelTimer}. One
 * service can have any number of these; stopping one does not affect the others or the service.
 *
 * <p>Thread-safe. A timeout costs the same as a timer of the service, plus an object of 40 bytes,
 * and about 40 ns and 8 bytes so that {@link #stop} can find it. A cancelled timeout is removed at
 * once and frees its place under {@code maxPending}; it does not wait for a tick.
 *
 * <p>Differences from HashedWheelTimer:
 *
 * <ul>
 *   <li>{@link TimerTask#cancelled} is called by the thread that cancels, before {@link
 *       Timeout#cancel} returns.
 *   <li>Exceptions of tasks go to the exception handler of the service.
 *   <li>If the service has an executor, tasks run there, a timeout can be cancelled until its task
 *       begins, and {@link #stop} interrupts and awaits those tasks too.
 *   <li>A timeout has expired when its task begins, or was refused by the executor.
 *   <li>Tasks of the same tick run in no particular order.
 * </ul>
 *
 * <p>A shutdown of the service cancels the pending timeouts. It returns them, and a later {@link
 * #stop} does not.
 */
@SuppressWarnings("exports") // Users of the adapter require io.netty.common themselves.
public final class NettyTimer implements Timer {
  /** How long stop waits before it interrupts a task again. */
  private static final long INTERRUPT_INTERVAL_MILLIS = 100;

  private final TimerService timers;

  /** The service if one thread may own it, otherwise null. */
  private final @Nullable Confined confined;

  /**
   * The timeouts whose tasks have not ended. It decides the race between newTimeout and stop:
   * either newTimeout is refused, or stop finds the timeout.
   */
  private final Roster<NettyTimeout> roster = new Roster<>();

  /** A timer on a service. The caller keeps the service and closes it. */
  public NettyTimer(TimerService timers) {
    this.timers = Objects.requireNonNull(timers, "timers");
    confined = timers instanceof Confined ownable ? ownable : null;
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
   * @param delay zero or less fires at the next tick; a delay that is too long for the clock counts
   *     as the longest delay
   * @throws IllegalStateException if this timer was stopped or the service shut down
   * @throws RejectedExecutionException if as many timers are pending as the service allows
   */
  @Override
  public Timeout newTimeout(TimerTask task, long delay, TimeUnit unit) {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(unit, "unit");
    StackReserve.require();
    requireOwner();
    NettyTimeout timeout = new NettyTimeout(this, task);
    if (!roster.add(timeout)) {
      throw new IllegalStateException("the timer has been stopped");
    }
    try {
      timeout.armed(timers.arm(delay, unit, timeout));
    } catch (RejectedExecutionException refusal) {
      // If a stop has cancelled the timeout meanwhile, the timeout was accepted, and the stop
      // returns it. This call returns it like one that is stopped right after.
      if (timeout.retract()) {
        throw timers.isShutdown()
            ? new IllegalStateException(refusal.getMessage(), refusal)
            : refusal;
      }
    } catch (RuntimeException | Error failure) {
      // Of a task decorator, for example.
      boolean _ = timeout.retract();
      throw failure;
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
    requireOwner();
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

  /** Waits until the running tasks, which alone are left, have ended, and interrupts them. */
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

  /**
   * The number of timeouts of this timer that are pending, or whose task is running, as {@code
   * HashedWheelTimer.pendingTimeouts} tells. A snapshot; takes a lock for each pair of processors.
   */
  public long pendingTimeouts() {
    return roster.size();
  }

  TimerService timers() {
    return timers;
  }

  /**
   * Called before anything is changed.
   *
   * @throws IllegalStateException if another thread owns the service
   */
  void requireOwner() {
    if (confined != null) {
      confined.requireOwner();
    }
  }

  /** Called when a timeout has ended and its task is not running. */
  void ended(NettyTimeout timeout) {
    roster.remove(timeout);
  }
}
