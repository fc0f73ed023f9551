package io.tourbillon.timer;

import io.tourbillon.timer.OneShotFuture.Purpose;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.roster.Roster;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The executor view of a service. {@link OrderedShard} keeps the order, {@link ViewFuture} the
 * state of a task; this class makes the tasks, and ends them at a shutdown.
 *
 * <p><b>Shutdown.</b> Every task is in the {@link Roster} from before it is armed until it has
 * ended and does not run any more. The roster decides the race between a submission and a shutdown:
 * either it refuses the task, or the shutdown finds it. It costs about 40 ns and 4 to 8 bytes for
 * each task, see {@link Roster}. The alternative, searching all timers of the service at a
 * shutdown, would cost nothing until then. But the shutdown of a small view would have to look at
 * millions of other timers.
 */
final class OrderedExecutor extends AbstractExecutorService implements ScheduledExecutorView {
  /**
   * The interval at which a waiting thread checks whether the executor of the service has been
   * terminated.
   */
  private static final long LOOK_NANOS = 100_000_000;

  private final ShardedTimerService service;
  private final OrderedShard shard;
  private final Roster<ViewFuture<?>> roster = new Roster<>();

  /**
   * Whether the view itself was shut down. A shutdown sets it before it reads the members of the
   * roster. A periodic task reads it after its run. So either the shutdown finds the task, or the
   * task sees the shutdown.
   */
  private volatile boolean stopped;

  /**
   * Whether {@link #shutdownNow} was called. Set before it reads the members of the roster, so that
   * no member begins meanwhile in the place of one that was interrupted.
   */
  private volatile boolean halted;

  /**
   * Written by any thread, read by the driver. If it reads a change late, it applies it after the
   * run.
   */
  private volatile boolean continuesPeriodic;

  private volatile boolean runsDelayed = true;

  private final AtomicLong waiting = new AtomicLong();
  private final AtomicInteger active = new AtomicInteger();
  private final AtomicLong completed = new AtomicLong();

  OrderedExecutor(ShardedTimerService service, OrderedShard shard) {
    this.service = service;
    this.shard = shard;
  }

  OrderedShard shard() {
    return shard;
  }

  /** Whether the policies let a task run, or run again, now. */
  boolean mayRun(ViewFuture<?> task) {
    if (!stopped) {
      return true;
    }
    return task.isPeriodic()
        ? continuesPeriodic
        : runsDelayed || task.getDelay(TimeUnit.NANOSECONDS) <= 0;
  }

  /** Counts a task that enters the phase WAITING, with 1, or leaves it, with -1. */
  void countWaiting(int change) {
    waiting.addAndGet(change);
  }

  void runBegins() {
    active.incrementAndGet();
  }

  void ranOnce() {
    active.decrementAndGet();
    completed.incrementAndGet();
  }

  boolean isHalted() {
    return halted;
  }

  // Scheduling.

  @Override
  public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return this.<@Nullable Void>schedule(command, null, delay, unit);
  }

  private <V extends @Nullable Object> ScheduledFuture<V> schedule(
      Runnable command, V result, long delay, TimeUnit unit) {
    Objects.requireNonNull(command, "command");
    Objects.requireNonNull(unit, "unit");
    return start(new OneShotFuture<>(this, Purpose.FUTURE, command, result, unit.toNanos(delay)));
  }

  @Override
  public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
    Objects.requireNonNull(callable, "callable");
    Objects.requireNonNull(unit, "unit");
    return start(new OneShotFuture<>(this, Purpose.FUTURE, callable, unit.toNanos(delay)));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      Runnable command, long initialDelay, long period, TimeUnit unit) {
    return schedulePeriodic(command, initialDelay, period, unit, true);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return schedulePeriodic(command, initialDelay, delay, unit, false);
  }

  private ScheduledFuture<?> schedulePeriodic(
      Runnable command, long initialDelay, long period, TimeUnit unit, boolean fixedRate) {
    Objects.requireNonNull(command, "command");
    Objects.requireNonNull(unit, "unit");
    if (period <= 0) {
      throw new IllegalArgumentException(
          (fixedRate ? "period" : "delay") + " must be more than zero: " + period);
    }
    return start(
        new PeriodicFuture(
            this, command, unit.toNanos(initialDelay), unit.toNanos(period), fixedRate));
  }

  @Override
  public void execute(Runnable command) {
    Objects.requireNonNull(command, "command");
    if (command instanceof ViewFuture<?> invoked && invoked.view == this && invoked.admit()) {
      startAdmitted(invoked);
    } else {
      Future<?> _ =
          start(new OneShotFuture<@Nullable Void>(this, Purpose.COMMAND, command, null, 0));
    }
  }

  @Override
  public Future<?> submit(Runnable task) {
    return schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public <T> Future<T> submit(Runnable task, T result) {
    return schedule(task, result, 0, TimeUnit.NANOSECONDS);
  }

  @Override
  public <T> Future<T> submit(Callable<T> task) {
    return schedule(task, 0, TimeUnit.NANOSECONDS);
  }

  private <F extends ViewFuture<?>> F start(F task) {
    boolean isNew = task.admit();
    assert isNew : task;
    startAdmitted(task);
    return task;
  }

  private void startAdmitted(ViewFuture<?> task) {
    boolean known;
    try {
      StackReserve.require();
      known = roster.add(task);
    } catch (Error noRoom) {
      boolean _ = task.retract();
      throw noRoom;
    }
    if (!known) {
      RejectedExecutionException refusal = refusal();
      task.refused(refusal);
      throw refusal;
    }
    try {
      task.arm();
    } catch (RuntimeException | Error refusal) {
      // If a shutdown has ended the task meanwhile, then it was accepted before, and stays ended.
      if (task.retract()) {
        roster.remove(task);
        throw refusal;
      }
    }
  }

  private RejectedExecutionException refusal() {
    return new RejectedExecutionException(
        stopped ? "the scheduled executor has been shut down" : Refusals.SHUT_DOWN);
  }

  // Overrides for AbstractExecutorService.

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
    return new OneShotFuture<>(this, Purpose.INVOKED, task, value, 0);
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
    return new OneShotFuture<>(this, Purpose.INVOKED, task, 0);
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try {
      return firstOf(tasks, Long.MAX_VALUE);
    } catch (TimeoutException notWithinYears) {
      throw new AssertionError(notWithinYears);
    }
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    Objects.requireNonNull(unit, "unit");
    return firstOf(tasks, unit.toNanos(timeout));
  }

  /**
   * Returns the result of the first task that succeeds. AbstractExecutorService would wait for
   * commands that wrap the futures, and so for ever if such a command is refused or handed back.
   * Here each future reports its own end, whatever the cause.
   */
  private <T> T firstOf(Collection<? extends Callable<T>> tasks, long timeoutNanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    Objects.requireNonNull(tasks, "tasks");
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("tasks must not be empty");
    }
    long startNanos = System.nanoTime();
    BlockingQueue<Future<T>> ended = new LinkedBlockingQueue<>();
    List<Future<T>> started = new ArrayList<>(tasks.size());
    try {
      for (Callable<T> task : tasks) {
        Objects.requireNonNull(task, "task");
        started.add(start(new Reporting<>(this, task, ended)));
      }
      ExecutionException last = null;
      for (int count = 0; count < started.size(); count++) {
        long elapsedNanos = System.nanoTime() - startNanos;
        Future<T> first = ended.poll(timeoutNanos - elapsedNanos, TimeUnit.NANOSECONDS);
        if (first == null) {
          throw new TimeoutException(
              "no result within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms");
        }
        try {
          return first.get();
        } catch (ExecutionException failed) {
          last = failed;
        } catch (CancellationException shutDown) {
          last = new ExecutionException(shutDown);
        }
      }
      throw Objects.requireNonNull(last, "none has succeeded, so one has failed");
    } finally {
      for (Future<T> task : started) {
        task.cancel(true);
      }
    }
  }

  /** Adds itself to a queue when it has ended. */
  private static final class Reporting<T> extends OneShotFuture<T> {
    private final BlockingQueue<Future<T>> ended;

    Reporting(OrderedExecutor view, Callable<T> task, BlockingQueue<Future<T>> ended) {
      super(view, Purpose.INVOKED, task, 0);
      this.ended = ended;
    }

    @Override
    protected void done() {
      super.done();
      ended.add(this);
    }
  }

  /** State and counts, in the format of ThreadPoolExecutor. */
  @Override
  public String toString() {
    String state = !isShutdown() ? "Running" : isTerminated() ? "Terminated" : "Shutting down";
    return super.toString()
        + "["
        + state
        + ", active tasks = "
        + getActiveCount()
        + ", queued tasks = "
        + getQueueSize()
        + ", completed tasks = "
        + getCompletedTaskCount()
        + "]";
  }

  // Shutdown.

  @Override
  public void shutdown() {
    StackReserve.require();
    shard.requireOwner();
    stopped = true;
    roster.close();
    cancelByPolicy();
  }

  /** Cancels waiting tasks that the policies no longer let run. */
  private void cancelByPolicy() {
    StackReserve.require();
    for (ViewFuture<?> task : roster.members()) {
      if (!mayRun(task)) {
        task.cancelIfWaiting();
      }
    }
  }

  @Override
  public void setContinueExistingPeriodicTasksAfterShutdownPolicy(boolean value) {
    shard.requireOwner();
    continuesPeriodic = value;
    if (!value && stopped) {
      cancelByPolicy();
    }
  }

  @Override
  public boolean getContinueExistingPeriodicTasksAfterShutdownPolicy() {
    return continuesPeriodic;
  }

  @Override
  public void setExecuteExistingDelayedTasksAfterShutdownPolicy(boolean value) {
    shard.requireOwner();
    runsDelayed = value;
    if (!value && stopped) {
      cancelByPolicy();
    }
  }

  @Override
  public boolean getExecuteExistingDelayedTasksAfterShutdownPolicy() {
    return runsDelayed;
  }

  @Override
  public long getQueueSize() {
    return Math.max(0, waiting.get());
  }

  @Override
  public int getActiveCount() {
    return active.get();
  }

  @Override
  public long getCompletedTaskCount() {
    return completed.get();
  }

  @Override
  public long getTaskCount() {
    return getCompletedTaskCount() + getActiveCount() + getQueueSize();
  }

  @Override
  public boolean remove(Runnable task) {
    StackReserve.require();
    shard.requireOwner();
    return task instanceof ViewFuture<?> future && future.view == this && future.handBack();
  }

  @Override
  public List<Runnable> shutdownNow() {
    StackReserve.require();
    shard.requireOwner();
    stopped = true;
    halted = true;
    roster.close();
    List<ViewFuture<?>> members = roster.members();
    ArrayList<Runnable> handedBack = new ArrayList<>();
    handedBack.ensureCapacity(members.size()); // What was taken out must get to the caller.
    for (ViewFuture<?> task : members) {
      if (task.handBack()) {
        handedBack.add(task);
      } else {
        task.interruptRun();
      }
    }
    return handedBack;
  }

  /** Called after a shutdown of the service, which has notified all tasks that were pending. */
  void serviceShutDown() {
    roster.close();
  }

  /** Called when a task has ended and is not running. */
  void ended(ViewFuture<?> task) {
    roster.remove(task);
  }

  /**
   * Shuts down, and waits until the tasks have ended. Inside a task, and in the thread that polls
   * the service, it does not wait, because the thread would wait for itself.
   */
  @Override
  public void close() {
    if (service.wouldWaitForItself()) {
      shutdown();
    } else {
      ScheduledExecutorView.super.close();
    }
  }

  @Override
  public boolean isShutdown() {
    return roster.isClosed();
  }

  @Override
  public boolean isTerminated() {
    return roster.isEmptied();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    StackReserve.require();
    long timeoutNanos = Math.max(0, unit.toNanos(timeout));
    long startNanos = System.nanoTime();
    try {
      long leftNanos = timeoutNanos;
      while (!roster.awaitEmptied(Math.min(leftNanos, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
        service.dropFromTerminatedExecutor();
        leftNanos = timeoutNanos - (System.nanoTime() - startNanos);
        if (leftNanos <= 0) {
          return roster.isEmptied();
        }
      }
      return true;
    } finally {
      // The service holds its views by weak references, and must find this one to end the wait.
      Reference.reachabilityFence(this);
    }
  }
}
