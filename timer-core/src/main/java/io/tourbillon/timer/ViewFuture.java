package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.Rethrow;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.roster.Roster;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A task of an {@link OrderedExecutor}: what callers hold, and what is armed in the service.
 *
 * <p>Two things are decided here separately. {@link FutureTask} decides the <b>outcome</b>: value,
 * exception or cancelled, whichever comes first. The <b>phase</b> decides which operations are
 * still possible:
 *
 * <pre>
 *   NEW --admit--> WAITING --begin--> RUNNING --finish--> ENDED       ran once, failed, or was
 *                   |  ^                 |                            cancelled meanwhile
 *                   |  +-----finish------+                            periodic, goes on
 *                   +--done, retract--------------------> ENDED       ended before it ran
 *                   +--handBack--> HANDED_BACK --done---> ENDED       given out by shutdownNow
 * </pre>
 *
 * <p>All transitions are made under this object's monitor, which is held for a few instructions and
 * never while other code is called. The races, and what decides them:
 *
 * <ul>
 *   <li><b>cancel and run.</b> If the outcome is cancelled first, FutureTask does not call the
 *       task, even if the phase has become RUNNING in between. If the task was called first, cancel
 *       still gives the outcome, the task goes on, and the view is not terminated until {@code
 *       finish}.
 *   <li><b>cancel and fire.</b> A timer that a batch has taken can no longer be cancelled in the
 *       service. When {@code run} is called, the phase is not WAITING, and the task is skipped.
 *   <li><b>cancel and arm.</b> A shutdown can find a task before it is armed. A thread that ends
 *       the task before {@link #armed} is set does not cancel the timer; {@link #arm} then sees the
 *       phase and cancels it. The monitor orders the two.
 *   <li><b>begin and shutdownNow.</b> Once the view is halted no task begins, so that none takes
 *       the place of one that was interrupted. It stays WAITING for the shutdown to find it in the
 *       roster.
 *   <li><b>interrupt and finish.</b> A thread is interrupted only while it is the runner, under the
 *       monitor; {@code finish} clears an interrupt that was sent from here. So no later task of
 *       the same thread sees it.
 * </ul>
 */
abstract class ViewFuture<V extends @Nullable Object> extends FutureTask<V>
    implements RunnableScheduledFuture<V>, AccountableTask, Roster.Member {

  private enum Phase {
    NEW,
    WAITING,
    RUNNING,
    HANDED_BACK,
    ENDED
  }

  final OrderedExecutor view;

  /** The entry that is queued in the service. */
  final OrderedTimer timer;

  /** The deadline of the first run, in elapsed time. */
  private final long firstDeadlineNanos;

  /** The class of the task. The task itself is released when it has run. */
  private final Class<?> taskType;

  // Guarded by this object's monitor.
  private Phase phase = Phase.NEW;
  private boolean armed;
  private @Nullable Runnable passedIn;
  private @Nullable Thread runner;
  private boolean interruptSent;

  /** Used by the roster only. */
  private int rosterPlace = NOWHERE;

  ViewFuture(OrderedExecutor view, Runnable task, V result, long delayNanos) {
    super(task, result);
    this.view = view;
    timer = new OrderedTimer(view.shard(), this, delayNanos > 0);
    firstDeadlineNanos = view.shard().deadlineNanos(delayNanos);
    taskType = task.getClass();
    passedIn = task;
  }

  ViewFuture(OrderedExecutor view, Callable<V> task, long delayNanos) {
    super(task);
    this.view = view;
    timer = new OrderedTimer(view.shard(), this, delayNanos > 0);
    firstDeadlineNanos = view.shard().deadlineNanos(delayNanos);
    taskType = task.getClass();
  }

  /** Whether no caller can look at the outcome, so that a failure must be reported. */
  abstract boolean reportsFailure();

  // Starting, by the view.

  /** NEW -> WAITING: false if the task has been started before. */
  final synchronized boolean admit() {
    if (phase != Phase.NEW) {
      return false;
    }
    phase = Phase.WAITING;
    view.countWaiting(1);
    return true;
  }

  /** Arms the timer. Throws what the service throws to refuse it. */
  final void arm() {
    StackReserve.require();
    timer.shard.arm(timer, firstDeadlineNanos);
    boolean ended;
    synchronized (this) {
      armed = true;
      ended = phase == Phase.ENDED || phase == Phase.HANDED_BACK;
    }
    if (ended) {
      // This does no harm if the timer has fired already.
      timer.shard.cancel(timer);
    }
  }

  /** WAITING -> ENDED for a task that was refused: false if something else has ended it. */
  final synchronized boolean retract() {
    if (phase != Phase.WAITING) {
      return false;
    }
    phase = Phase.ENDED;
    view.countWaiting(-1);
    return true;
  }

  // Running, by the driver or the executor.

  @Override
  public final void run() {
    if (!begin()) {
      return;
    }
    try {
      if (isPeriodic()) {
        runAndReset();
      } else {
        super.run();
      }
    } finally {
      finish();
    }
    if (isFailureToReport()) {
      throw Rethrow.unchecked(exceptionNow());
    }
  }

  /** Whether {@code run} throws the failure. The service then asks for {@link #passedIn}. */
  private boolean isFailureToReport() {
    return reportsFailure() && state() == State.FAILED;
  }

  /** WAITING -> RUNNING. */
  private boolean begin() {
    boolean mayRun = view.mayRun(this);
    synchronized (this) {
      if (phase == Phase.WAITING) {
        if (view.isHalted()) {
          // The shutdownNow that is going on finds the task, and hands it back.
          return false;
        }
        if (mayRun) {
          phase = Phase.RUNNING;
          runner = Thread.currentThread();
          view.countWaiting(-1);
          view.runBegins();
          return true;
        }
      } else if (phase != Phase.HANDED_BACK) {
        return false;
      }
    }
    // As in ScheduledThreadPoolExecutor: a task that was handed back, or is refused by a policy,
    // does not run and is cancelled, so that no thread waits for it.
    cancel(false);
    return false;
  }

  /** RUNNING -> WAITING or ENDED. */
  private void finish() {
    // First, so that the counts are correct as soon as the view is terminated.
    view.ranOnce();
    boolean over;
    boolean inService;
    synchronized (this) {
      runner = null;
      if (interruptSent) {
        interruptSent = false;
        Thread.interrupted();
      }
      // A cancel that comes after this finds WAITING in done, and ends the task itself.
      over = isDone();
      inService = armed && over && isPeriodic() && isCancelled();
      phase = over ? Phase.ENDED : Phase.WAITING;
      view.countWaiting(over ? 0 : 1);
    }
    if (over) {
      if (inService) {
        // If done is called only now, it finds that nothing is left to do.
        timer.shard.cancel(timer);
      }
      view.ended(this);
    } else if (view.isHalted() || !view.mayRun(this)) {
      // The shutdown may have found this run in progress and left the task to this thread.
      cancel(false);
    }
  }

  // Ending.

  @Override
  public final boolean cancel(boolean mayInterruptIfRunning) {
    StackReserve.require();
    timer.shard.requireOwner();
    if (!super.cancel(false)) {
      return false;
    }
    if (mayInterruptIfRunning) {
      interruptRun();
    }
    return true;
  }

  /** Interrupts the current run, if there is one. */
  final synchronized void interruptRun() {
    if (runner != null) {
      interruptSent = true;
      runner.interrupt();
    }
  }

  /** Called by FutureTask, once, when the outcome is set: by a run, a cancel or a refusal. */
  @Override
  protected void done() {
    boolean waited;
    boolean inService;
    synchronized (this) {
      if (!isFailureToReport()) {
        passedIn = null;
      }
      waited = phase == Phase.WAITING;
      view.countWaiting(waited ? -1 : 0);
      // A run that ends normally settles its timer itself. A cancelled run continues without a
      // timer.
      inService = armed && (waited || (phase == Phase.RUNNING && isPeriodic() && isCancelled()));
      if (phase != Phase.RUNNING) {
        phase = Phase.ENDED;
      }
    }
    if (inService) {
      timer.shard.cancel(timer);
    }
    if (waited) {
      view.ended(this);
    }
  }

  /** The deadline of the next run after a run that ended at this time, both in elapsed time. */
  long nextDeadlineNanos(long nowNanos) {
    throw new IllegalStateException("the task runs once: " + taskType.getName());
  }

  /** Cancels the task if it waits for a run. A running task is cancelled when its run ends. */
  final void cancelIfWaiting() {
    if (isWaiting()) {
      cancel(false);
    }
  }

  private synchronized boolean isWaiting() {
    return phase == Phase.WAITING;
  }

  /** WAITING -> HANDED_BACK: takes the task out of the service and leaves its outcome open. */
  boolean handBack() {
    boolean inService;
    synchronized (this) {
      if (phase != Phase.WAITING || isDone()) {
        return false;
      }
      phase = Phase.HANDED_BACK;
      view.countWaiting(-1);
      inService = armed;
    }
    if (inService) {
      timer.shard.cancel(timer);
    }
    view.ended(this);
    return true;
  }

  // Called by the service.

  @Override
  public final void cancelled() {
    // Usually this follows a cancel by this object, and the phase has changed already.
    cancelIfWaiting();
  }

  @Override
  public final void refused(RejectedExecutionException why) {
    fail(why);
  }

  @Override
  public final void handedBack(RejectedExecutionException why) {
    fail(why);
  }

  private void fail(RejectedExecutionException why) {
    if (isWaiting()) {
      setException(why);
    }
  }

  @Override
  public final synchronized @Nullable Runnable passedIn() {
    return passedIn;
  }

  @Override
  public final Class<?> taskType() {
    return taskType;
  }

  // Delayed.

  @Override
  public final long getDelay(TimeUnit unit) {
    StackReserve.require();
    return unit.convert(deadlineNanos() - timer.shard.elapsedNanos(), TimeUnit.NANOSECONDS);
  }

  /** When the task is or was to run, in elapsed time. */
  private long deadlineNanos() {
    long queuedNanos = timer.shard.deadlineNanos(timer);
    return queuedNanos == 0 ? firstDeadlineNanos : queuedNanos;
  }

  /** In the order in which tasks run: by deadline, then by submission. */
  @Override
  public final int compareTo(Delayed other) {
    StackReserve.require();
    if (other == this) {
      return 0;
    }
    if (other instanceof ViewFuture<?> task && task.timer.shard == timer.shard) {
      int byDeadline = Long.compare(deadlineNanos(), task.deadlineNanos());
      return byDeadline != 0 ? byDeadline : Long.compare(timer.sequence(), task.timer.sequence());
    }
    return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
  }

  // Roster.Member.

  @Override
  public final int rosterPlace() {
    return rosterPlace;
  }

  @Override
  public final void rosterPlace(int place) {
    rosterPlace = place;
  }
}
