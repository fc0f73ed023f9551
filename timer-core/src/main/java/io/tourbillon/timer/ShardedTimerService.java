package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.Confinement;
import io.tourbillon.timer.internal.PendingLimit;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.TimerId;
import io.tourbillon.timer.internal.observe.Logging;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.lang.ref.Reference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The service: shards, each with a wheel and a lock, and one driver for all of them. The calling
 * thread determines the shard, so that threads rarely contend for a lock.
 *
 * <p>This class turns the public methods into operations of shards: it checks the arguments, turns
 * delays into deadlines, and chooses the shard. The concurrent parts are {@link Shard} (which
 * thread ends a timer), {@link Waker} (which thread wakes the driver) and {@link PendingLimit}.
 */
class ShardedTimerService implements TimerService {
  private final Shard[] shards;
  private final ShardGroup all;
  private final ServiceParts parts;

  // Two of the parts, as fields of their own for the operations on the hot path.
  private final TickScale scale;
  private final Clock clock;

  /** What runs the driver. */
  private final Driver.Host host;

  /** The hand-off to the executor, or null if the driver runs the tasks. */
  private final @Nullable ExecutorHandOff handOff;

  private final NotedTask.Notes notes;
  private final ExecutorViews views;
  private final WallClock wallClock;
  private final Termination termination;

  /** The longest wait of {@link #close()}, or null if it waits without a limit. */
  private final @Nullable Duration closeGrace;

  ShardedTimerService(
      Builder builder, int shardCount, Driver.Host host, @Nullable Confinement confinement) {
    this.host = host;
    clock = builder.clock;
    scale = new TickScale(clock.nanoTime(), builder.tick.toNanos());
    Events events = new Events(builder.listener, builder.exceptionHandler);
    Waker waker = new Waker(host.newAlarm(events));
    PendingLimit pendingLimit = new PendingLimit(builder.maxPending);
    RunEnds runEnds = new RunEnds();
    notes = new NotedTask.Notes(builder.decorator, builder.recordSites);
    parts =
        new ServiceParts(
            scale,
            clock,
            pendingLimit,
            waker,
            events,
            runEnds,
            notes,
            builder.recordStats,
            confinement);
    shards = new Shard[shardCount];
    for (int number = 0; number < shards.length; number++) {
      shards[number] = new Shard(parts, number);
    }
    FollowUp followUp = new FollowUp(parts);
    Duration limit = host.watchdogLimit(builder);
    ExecutorRuns executorRuns =
        limit == null ? null : newExecutorRuns(limit, host, followUp, shards[0]);
    Watchdog<StallReport> watchdog = executorRuns == null ? null : executorRuns.watchdog();
    TaskRunner runner =
        new TaskRunner(followUp, builder.executor, watchdog, executorRuns, measuring(builder));
    handOff = runner.handOff();
    runEnds.setRunners(host, handOff);
    wallClock = new WallClock(builder.wallClock(), clock, parts.waker(), parts.events());
    long pauseNanos = TickScale.nanosOf(builder.pauseThreshold);
    Driver driver = new Driver(shards, parts, runner, followUp, wallClock, pauseNanos);
    views = new ExecutorViews(parts, driver);
    all = new ShardGroup(shards, views, parts);
    host.setDriver(driver, all, watchdog);
    closeGrace = builder.closeGrace;
    termination = new Termination(host, handOff, clock, builder.closeReportAfter);
  }

  static TimerService start(Builder builder) {
    FirstUse.ofServices(builder.recordStats);
    DriverThread thread =
        new DriverThread(builder.threadFactory, builder.clock, builder.spin.toNanos());
    ShardedTimerService service = new ShardedTimerService(builder, shardCount(), thread, null);
    try {
      thread.start();
      thread.endWithout(service);
      Logging.warmUp();
    } catch (RuntimeException | Error failure) {
      // The caller does not get this service. Its driver is stopped and only leaves the clock,
      // whose other users would wait for it otherwise.
      service.shutdownNow();
      thread.drive();
      throw failure;
    }
    return service;
  }

  private static ExecutorRuns newExecutorRuns(
      Duration bound, Driver.Host host, FollowUp followUp, Shard counting) {
    LongFunction<StallReport> look =
        new LongFunction<>() {
          @Override
          public StallReport apply(long heldNanos) {
            return host.look(heldNanos);
          }
        };
    Consumer<StallReport> reports =
        new Consumer<>() {
          @Override
          public void accept(StallReport report) {
            // Any shard may count it, because only the sum is visible.
            followUp.stalled(counting, report);
          }
        };
    return new ExecutorRuns(bound.toNanos(), look, reports);
  }

  private static TaskRunner.Measuring measuring(Builder builder) {
    if (builder.listener != null) {
      return TaskRunner.Measuring.FULL;
    }
    return builder.recordStats ? TaskRunner.Measuring.SAMPLED : TaskRunner.Measuring.OFF;
  }

  /** A power of two: at least the number of processors, if ids can tell so many shards apart. */
  static int shardCount() {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), TimerId.MAX_SHARDS);
    return Integer.highestOneBit(2 * processors - 1);
  }

  // Arming.

  @Override
  public TimerHandle schedule(Duration delay, Runnable task) {
    Objects.requireNonNull(delay, "delay");
    return schedule(TickScale.nanosOf(delay), task, TimerOptions.defaults());
  }

  @Override
  public TimerHandle schedule(long delay, TimeUnit unit, Runnable task) {
    Objects.requireNonNull(unit, "unit");
    return schedule(unit.toNanos(delay), task, TimerOptions.defaults());
  }

  @Override
  public TimerHandle schedule(Duration delay, Runnable task, TimerOptions options) {
    Objects.requireNonNull(delay, "delay");
    Objects.requireNonNull(options, "options");
    return schedule(TickScale.nanosOf(delay), task, options);
  }

  private TimerHandle schedule(long delayNanos, Runnable task, TimerOptions options) {
    Objects.requireNonNull(task, "task");
    StackReserve.require();
    Runnable noted = notes.note(task);
    Shard shard = callersShard();
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), delayNanos);
    if (!options.isPlain() || shard.events.areHeard()) {
      return arm(new ScheduledTimer.Noted(shard, noted, options), deadlineNanos);
    }
    ScheduledTimer timer =
        noted instanceof AccountableTask accountable
            ? new ScheduledTimer.Accountable(shard, accountable)
            : new ScheduledTimer(shard, noted);
    arm(timer, deadlineNanos);
    return timer;
  }

  @Override
  public TimerHandle scheduleAt(Instant time, Runnable task) {
    return scheduleAt(time, task, TimerOptions.defaults());
  }

  @Override
  public TimerHandle scheduleAt(Instant time, Runnable task, TimerOptions options) {
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(options, "options");
    StackReserve.require();
    Runnable noted = notes.note(task);
    // The wall clock first: the time that passes until the other is read makes the timer later.
    Object comparison = wallClock.lastComparison();
    long delayNanos = wallClock.nanosUntil(time);
    return arm(
        new WallTimer(callersShard(), noted, options, wallClock, time, comparison),
        TickScale.deadlineNanos(elapsedNanos(), delayNanos));
  }

  @Override
  public TimerHandle scheduleAtFixedRate(Duration initialDelay, Duration period, Runnable task) {
    return scheduleAtFixedRate(initialDelay, period, task, TimerOptions.defaults());
  }

  @Override
  public TimerHandle scheduleAtFixedRate(
      Duration initialDelay, Duration period, Runnable task, TimerOptions options) {
    Objects.requireNonNull(options, "options");
    PeriodicTimer.requirePeriod("period", period, options);
    return schedulePeriodic(initialDelay, period, true, task, options);
  }

  @Override
  public TimerHandle scheduleWithFixedDelay(Duration initialDelay, Duration delay, Runnable task) {
    return scheduleWithFixedDelay(initialDelay, delay, task, TimerOptions.defaults());
  }

  @Override
  public TimerHandle scheduleWithFixedDelay(
      Duration initialDelay, Duration delay, Runnable task, TimerOptions options) {
    Objects.requireNonNull(options, "options");
    PeriodicTimer.requirePeriod("delay", delay, options);
    return schedulePeriodic(initialDelay, delay, false, task, options);
  }

  private TimerHandle schedulePeriodic(
      Duration initialDelay,
      Duration period,
      boolean fixedRate,
      Runnable task,
      TimerOptions options) {
    Objects.requireNonNull(initialDelay, "initialDelay");
    Objects.requireNonNull(task, "task");
    StackReserve.require();
    Runnable noted = notes.note(task);
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), TickScale.nanosOf(initialDelay));
    long periodNanos = Math.max(scale.tickNanos(), TickScale.nanosOf(period));
    PeriodicTimer timer =
        new PeriodicTimer(callersShard(), noted, deadlineNanos, periodNanos, fixedRate, options);
    return arm(timer, deadlineNanos);
  }

  private TimerHandle arm(ScheduledTimer.Noted timer, long deadlineNanos) {
    TimerGroup group = timer.options.group();
    if (group != null) {
      group.requireOpen();
    }
    arm((ScheduledTimer) timer, deadlineNanos);
    timer.join();
    return timer;
  }

  private void arm(ScheduledTimer timer, long deadlineNanos) {
    long _ = arm(timer.shard, timer, deadlineNanos, timer.tickOf(deadlineNanos));
  }

  /** Every timer of this class is armed here, and is pending when this returns its id. */
  private long arm(Shard shard, Runnable entry, long deadlineNanos, long tick) {
    try {
      return shard.arm(entry, deadlineNanos, tick);
    } finally {
      // Until the timer is pending, the service must not count as dropped.
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public long arm(long delay, TimeUnit unit, Runnable task) {
    Objects.requireNonNull(unit, "unit");
    return armTask(TickScale.deadlineNanos(elapsedNanos(), unit.toNanos(delay)), task);
  }

  @Override
  public long arm(long delay, TimeUnit unit, Runnable task, TimerOptions options) {
    Objects.requireNonNull(unit, "unit");
    requireTask(task);
    Objects.requireNonNull(options, "options");
    requireNoGroup(options);
    StackReserve.require();
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), unit.toNanos(delay));
    long tick = scale.roundestTick(deadlineNanos, TickScale.nanosOf(options.slack()));
    return arm(callersShard(), notes.note(task, options.tag()), deadlineNanos, tick);
  }

  @Override
  public long armAt(long deadlineNanos, Runnable task) {
    return armTask(elapsedNanos(deadlineNanos), task);
  }

  /** Turns a deadline of the clock into elapsed time. */
  long elapsedNanos(long deadlineNanos) {
    long elapsedNanos = scale.elapsedNanos(deadlineNanos);
    if (elapsedNanos < 0 && deadlineNanos - clock.nanoTime() > 0) {
      // The deadline is in the future, so far from the start of the service that a long overflowed.
      elapsedNanos = Long.MAX_VALUE;
    }
    return elapsedNanos;
  }

  private long armTask(long deadlineNanos, Runnable task) {
    requireTask(task);
    StackReserve.require();
    Runnable noted = notes.note(task);
    Shard shard = callersShard();
    return arm(shard, noted, deadlineNanos, shard.scale.tickAtOrAfter(deadlineNanos));
  }

  private static void requireNoGroup(TimerOptions options) {
    if (options.group() != null) {
      throw new IllegalArgumentException(
          "a timer without a handle must not have a group: " + options.group());
    }
  }

  private static void requireTask(Runnable task) {
    Objects.requireNonNull(task, "task");
    if (task instanceof ScheduledTimer) {
      // A handle can be cast to Runnable; the wheel would take it for the timer that it belongs to.
      throw new IllegalArgumentException("task must not be a timer: " + task);
    }
  }

  /** The current elapsed time. */
  long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
  }

  private Shard callersShard() {
    return shards[(int) Thread.currentThread().threadId() & (shards.length - 1)];
  }

  // Cancelling and rearming.

  @Override
  public boolean cancel(long id) {
    StackReserve.require();
    int number = TimerId.shardNumber(id);
    return number < shards.length && shards[number].cancel(id);
  }

  @Override
  public boolean rearm(long id, long delay, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    StackReserve.require();
    int number = TimerId.shardNumber(id);
    return number < shards.length && shards[number].rearm(id, unit.toNanos(delay));
  }

  // Futures and views.

  @Override
  public CompletableFuture<@Nullable Void> after(Duration delay) {
    return TimerFutures.after(this, delay);
  }

  @Override
  public <T extends @Nullable Object> CompletableFuture<T> timeout(
      CompletionStage<T> stage, Duration limit) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(limit, "limit");
    return TimerFutures.timeout(this, stage, limit);
  }

  @Override
  public <T extends @Nullable Object> CompletableFuture<T> completeOnTimeout(
      CompletionStage<T> stage, T value, Duration limit) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(limit, "limit");
    return TimerFutures.completeOnTimeout(this, stage, value, limit);
  }

  @Override
  public <T extends @Nullable Object> CompletableFuture<T> cancelOnTimeout(
      CompletionStage<T> stage, Duration limit) {
    Objects.requireNonNull(stage, "stage");
    Objects.requireNonNull(limit, "limit");
    return TimerFutures.cancelOnTimeout(this, stage, limit);
  }

  @Override
  public Executor delayedExecutor(Duration delay) {
    Objects.requireNonNull(delay, "delay");
    return new TimerFutures.Delayed(this, TickScale.nanosOf(delay), null);
  }

  @Override
  public Executor delayedExecutor(Duration delay, Executor executor) {
    Objects.requireNonNull(delay, "delay");
    Objects.requireNonNull(executor, "executor");
    return new TimerFutures.Delayed(this, TickScale.nanosOf(delay), executor);
  }

  @Override
  public ScheduledExecutorView asScheduledExecutor() {
    FirstUse.ofViews();
    return newView();
  }

  /** Makes a view. {@link FirstUse} calls this for the first one. */
  ScheduledExecutorView newView() {
    return views.newView(this);
  }

  void dropFromTerminatedExecutor() {
    if (handOff != null) {
      handOff.dropFromTerminatedExecutor();
    }
  }

  @Override
  public LongTimers longTimers(LongConsumer handler) {
    return longTimers(handler, TimerOptions.defaults());
  }

  @Override
  public LongTimers longTimers(LongConsumer handler, TimerOptions options) {
    Objects.requireNonNull(handler, "handler");
    Objects.requireNonNull(options, "options");
    requireNoGroup(options);
    FirstUse.ofLongTimers();
    return newLongTimers(handler, options);
  }

  /** Makes a view of numbers. {@link FirstUse} calls this for the first one. */
  LongTimers newLongTimers(LongConsumer handler, TimerOptions options) {
    StackReserve.require();
    return new ShardedLongTimers(this, shards, parts, handler, options);
  }

  // Observation.

  @Override
  public long pending() {
    StackReserve.require();
    return all.pending();
  }

  @Override
  public TimerStats stats() {
    FirstUse.ofStats();
    return snapshot();
  }

  /** Returns the statistics. {@link FirstUse} calls this for the first ones. */
  TimerStats snapshot() {
    StackReserve.require();
    return all.stats();
  }

  @Override
  public Duration overdue() {
    StackReserve.require();
    return all.overdue();
  }

  @Override
  public TimerDump dump() {
    StackReserve.require();
    return all.dump();
  }

  /** State and count, in the format of ThreadPoolExecutor. */
  @Override
  public String toString() {
    String state = !isShutdown() ? "Running" : host.isAlive() ? "Shutting down" : "Terminated";
    return super.toString() + "[" + state + ", pending timers = " + pending() + "]";
  }

  // Shutdown.

  @Override
  public List<Runnable> shutdownNow() {
    return shutDown(true);
  }

  /** Ends every pending timer. What is not wanted need not be complete: numbers are left out. */
  private List<Runnable> shutDown(boolean isWanted) {
    StackReserve.require();
    parts.requireOwner();
    return all.shutdownNow(isWanted);
  }

  @Override
  public boolean isShutdown() {
    return all.isShutdown();
  }

  /** Whether the calling thread may look at the timers. */
  boolean mayBeAsked() {
    return true;
  }

  /** Whether the calling thread must not wait for tasks of this service, as it has to run them. */
  boolean wouldWaitForItself() {
    return isInsideTask();
  }

  /** Whether the calling thread runs a task of this service. */
  private boolean isInsideTask() {
    return host.isCurrent() || (handOff != null && handOff.isRunningHere());
  }

  @Override
  public void close() {
    if (closeGrace != null) {
      boolean _ = close(closeGrace);
      return;
    }
    shutDown(false);
    if (!isInsideTask()) {
      termination.awaitDriver();
    }
  }

  @Override
  public boolean close(Duration grace) {
    Builder.requireNotNegative("grace", grace);
    shutDown(false);
    // No timer should be left. If one is, not all tasks have ended.
    return !isInsideTask() && termination.awaitWithin(grace) && pending() == 0;
  }
}
