package io.tourbillon.timer;

import io.tourbillon.timer.wheel.ExpirySink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The service: shards of wheel and lock, chosen by the calling thread so that threads seldom meet at
 * a lock, and one driver for all of them.
 *
 * <p>This class turns the public surface into operations of shards. What is concurrent is in {@link
 * Shard} (who ends a timer), {@link Driver} (who wakes whom) and {@link PendingLimit}.
 */
final class ShardedTimerService implements TimerService {
  private final Shard[] shards;
  private final TickScale scale;
  private final Clock clock;
  private final Driver driver;
  private final Thread driverThread;
  private final TaskRunner runner;
  private final @Nullable PendingLimit limit;
  private final Events events;
  private final @Nullable Watchdog watchdog;

  /**
   * The views, to be told of a shutdown. Guarded by itself; forgets those that nobody has any more.
   */
  private final Set<ScheduledExecutorView> views =
      Collections.newSetFromMap(new WeakHashMap<>());

  /** Set once. The locks of the shards decide who is refused; this only answers questions. */
  private volatile boolean shutdown;

  private ShardedTimerService(Builder builder) {
    events = new Events(builder.listener, builder.exceptionHandler);
    clock = builder.clock;
    scale = new TickScale(clock.nanoTime(), builder.tick.toNanos());
    limit = builder.maxPending == Long.MAX_VALUE ? null : new PendingLimit(builder.maxPending);
    shards = new Shard[shardCount()];
    for (int number = 0; number < shards.length; number++) {
      shards[number] = new Shard(number, builder.recordStats);
    }
    watchdog =
        builder.watchdogBound == null
            ? null
            : new Watchdog(builder.watchdogBound.toNanos(), events::stalled);
    runner = new TaskRunner(this, builder.executor, watchdog, measuring(builder));
    driverThread = newThread(builder.threadFactory, this::drive);
    driver =
        new Driver(
            this,
            shards,
            scale,
            clock,
            clock.newAlarm(driverThread),
            runner,
            TickScale.nanosOf(builder.pauseThreshold));
  }

  static TimerService start(Builder builder) {
    ShardedTimerService service = new ShardedTimerService(builder);
    try {
      service.startThreads(builder.threadFactory);
    } catch (RuntimeException | Error failure) {
      // Nobody has this service. A stopped driver does nothing but leave the clock, on which all
      // others would wait for it otherwise.
      service.shutdownNow();
      service.driver.run();
      throw failure;
    }
    return service;
  }

  private void startThreads(ThreadFactory threadFactory) {
    if (watchdog != null) {
      watchdog.start(newThread(threadFactory, watchdog), driverThread);
    }
    driverThread.start();
  }

  private static TaskRunner.Measuring measuring(Builder builder) {
    if (builder.listener != null) {
      return TaskRunner.Measuring.FULL;
    }
    return builder.recordStats ? TaskRunner.Measuring.SAMPLED : TaskRunner.Measuring.OFF;
  }

  /** A power of two, no fewer than the processors as far as ids can tell shards apart. */
  private static int shardCount() {
    int processors = Math.min(Runtime.getRuntime().availableProcessors(), Shard.MAX_SHARDS);
    return Integer.highestOneBit(2 * processors - 1);
  }

  private static Thread newThread(ThreadFactory factory, Runnable body) {
    Thread thread = factory.newThread(body);
    if (thread == null) {
      throw new IllegalStateException("the thread factory must make a thread: " + factory);
    }
    return thread;
  }

  private void drive() {
    driver.run();
  }

  // Arming.

  @Override
  public TimerHandle schedule(Duration delay, Runnable task) {
    Objects.requireNonNull(delay, "delay");
    return schedule(TickScale.nanosOf(delay), task, null);
  }

  @Override
  public TimerHandle schedule(long delay, TimeUnit unit, Runnable task) {
    Objects.requireNonNull(unit, "unit");
    return schedule(unit.toNanos(delay), task, null);
  }

  @Override
  public TimerHandle schedule(Duration delay, Runnable task, TimerOptions options) {
    Objects.requireNonNull(delay, "delay");
    Objects.requireNonNull(options, "options");
    return schedule(TickScale.nanosOf(delay), task, options.tag());
  }

  private TimerHandle schedule(long delayNanos, Runnable task, @Nullable String tag) {
    Objects.requireNonNull(task, "task");
    Shard shard = callersShard();
    return arm(
        newTimer(shard, task, tag), TickScale.deadlineNanos(elapsedNanos(), delayNanos));
  }

  private ScheduledTimer newTimer(Shard shard, Runnable task, @Nullable String tag) {
    if (task instanceof AccountableTask accountable) {
      return new ScheduledTimer.Accountable(this, shard, accountable);
    }
    return tag == null
        ? new ScheduledTimer(this, shard, task)
        : new ScheduledTimer.Tagged(this, shard, task, tag);
  }

  @Override
  public TimerHandle scheduleAtFixedRate(Duration initialDelay, Duration period, Runnable task) {
    return scheduleAtFixedRate(initialDelay, period, task, TimerOptions.defaults());
  }

  @Override
  public TimerHandle scheduleAtFixedRate(
      Duration initialDelay, Duration period, Runnable task, TimerOptions options) {
    Builder.requirePositive("period", period);
    return schedulePeriodic(initialDelay, period, true, task, options);
  }

  @Override
  public TimerHandle scheduleWithFixedDelay(Duration initialDelay, Duration delay, Runnable task) {
    return scheduleWithFixedDelay(initialDelay, delay, task, TimerOptions.defaults());
  }

  @Override
  public TimerHandle scheduleWithFixedDelay(
      Duration initialDelay, Duration delay, Runnable task, TimerOptions options) {
    Builder.requirePositive("delay", delay);
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
    Objects.requireNonNull(options, "options");
    long deadlineNanos =
        TickScale.deadlineNanos(elapsedNanos(), TickScale.nanosOf(initialDelay));
    long periodNanos = Math.max(scale.tickNanos(), TickScale.nanosOf(period));
    PeriodicTimer timer =
        new PeriodicTimer(
            this, callersShard(), task, deadlineNanos, periodNanos, fixedRate, options);
    return arm(timer, deadlineNanos);
  }

  private TimerHandle arm(ScheduledTimer timer, long deadlineNanos) {
    long tick = scale.tickAtOrAfter(deadlineNanos);
    acquirePermit(timer.shard);
    long id;
    try {
      id = timer.shard.arm(tick, timer);
    } catch (RuntimeException | Error refusal) {
      releasePermits(1);
      throw refusal;
    }
    driver.armed(tick);
    events.scheduled(id, scale.clockNanos(deadlineNanos));
    return timer;
  }

  @Override
  public long arm(long delay, TimeUnit unit, Runnable task) {
    Objects.requireNonNull(unit, "unit");
    return armAtElapsed(TickScale.deadlineNanos(elapsedNanos(), unit.toNanos(delay)), task);
  }

  @Override
  public long armAt(long deadlineNanos, Runnable task) {
    return armAtElapsed(scale.elapsedNanos(deadlineNanos), task);
  }

  private long armAtElapsed(long deadlineNanos, Runnable task) {
    Objects.requireNonNull(task, "task");
    long tick = scale.tickAtOrAfter(deadlineNanos);
    Shard shard = callersShard();
    acquirePermit(shard);
    long id;
    try {
      id = shard.arm(tick, task);
    } catch (RuntimeException | Error refusal) {
      releasePermits(1);
      throw refusal;
    }
    driver.armed(tick);
    events.scheduled(id, scale.clockNanos(deadlineNanos));
    return id;
  }

  private Shard callersShard() {
    return shards[(int) Thread.currentThread().threadId() & (shards.length - 1)];
  }

  private void acquirePermit(Shard shard) {
    if (limit != null) {
      try {
        limit.acquire();
      } catch (RejectedExecutionException refusal) {
        rejected(shard, refusal);
        throw refusal;
      }
    }
  }

  private void releasePermits(int permits) {
    if (limit != null && permits > 0) {
      limit.release(permits);
    }
  }

  // Cancelling and rearming.

  @Override
  public boolean cancel(long id) {
    int number = Shard.numberOf(id);
    if (number >= shards.length) {
      return false;
    }
    Shard shard = shards[number];
    if (Shard.isOfHandle(id)) {
      ScheduledTimer timer = shard.find(id);
      return timer != null && cancel(timer);
    }
    if (!shard.cancel(id)) {
      return false;
    }
    afterCancel(shard, id);
    return true;
  }

  boolean cancel(ScheduledTimer timer) {
    Runnable task = timer.shard.cancel(timer);
    if (task == null) {
      return false;
    }
    afterCancel(timer.shard, timer.id());
    timer.cancelled(task);
    return true;
  }

  private void afterCancel(Shard shard, long id) {
    releasePermits(1);
    if (shard.isTrimmable()) {
      driver.freed();
    }
    events.cancelled(id);
  }

  @Override
  public boolean rearm(long id, long delay, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    int number = Shard.numberOf(id);
    if (number >= shards.length) {
      return false;
    }
    if (Shard.isOfHandle(id)) {
      ScheduledTimer timer = shards[number].find(id);
      return timer != null && reschedule(timer, unit.toNanos(delay));
    }
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), unit.toNanos(delay));
    long tick = scale.tickAtOrAfter(deadlineNanos);
    if (!shards[number].rearm(id, tick)) {
      return false;
    }
    driver.armed(tick);
    events.rescheduled(id, scale.clockNanos(deadlineNanos));
    return true;
  }

  boolean reschedule(ScheduledTimer timer, long delayNanos) {
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), delayNanos);
    long tick = scale.tickAtOrAfter(deadlineNanos);
    long id = timer.shard.rearm(timer, deadlineNanos, tick);
    if (id == 0) {
      return false;
    }
    driver.armed(tick);
    events.rescheduled(id, scale.clockNanos(deadlineNanos));
    return true;
  }

  Duration remaining(ScheduledTimer timer) {
    long tick = timer.shard.deadlineTick(timer);
    return tick < 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, scale.startNanos(tick) - elapsedNanos()));
  }

  // What the driver and the runner report.

  /** Follows a batch that was taken, before its tasks run. */
  void fired(Batch batch) {
    releasePermits(batch.size() - batch.periodic());
    if (events.areHeard()) {
      long nowNanos = elapsedNanos();
      for (int index = 0; index < batch.size(); index++) {
        long dueNanos = scale.startNanos(batch.deadlineTick(index));
        events.fired(batch.id(index), Math.max(0, nowNanos - dueNanos));
      }
    }
  }

  /**
   * Arms a periodic timer for its next run, if there is to be one.
   *
   * @param task what has run, or null if the timer had been cancelled before
   * @param mayRunAgain whether a run that was missed may be made up for at once
   * @return whether it is to be
   */
  boolean settle(
      PeriodicTimer timer, @Nullable Runnable task, boolean stop, boolean mayRunAgain) {
    long tick;
    RejectedExecutionException end = null;
    try {
      tick = timer.shard.settle(timer, stop, mayRunAgain, scale, elapsedNanos());
    } catch (RuntimeException | Error full) {
      // The wheel is full or the heap is: this timer can not go on, and says so.
      events.log("a periodic timer could not be armed again: " + timer, full);
      end = new RejectedExecutionException("the timer could not be armed again", full);
      tick = timer.shard.settle(timer, true, false, scale, elapsedNanos());
    }
    if (tick >= 0) {
      driver.armed(tick);
    } else if (tick == Shard.ENDED) {
      releasePermits(1);
      if (task instanceof AccountableTask accountable && !stop) {
        accountable.handedBack(
            end == null ? new RejectedExecutionException(Shard.SHUT_DOWN) : end);
      }
    }
    return tick == Shard.RUN_AGAIN;
  }

  void taskFailed(Shard shard, long id, Runnable task, Throwable error) {
    shard.count(stats -> stats.exceptions++);
    events.failed(id, passedIn(task), error);
  }

  /** Failures are told of the object that the user knows. */
  private static Runnable passedIn(Runnable task) {
    Runnable own = task instanceof AccountableTask accountable ? accountable.passedIn() : task;
    return own == null ? task : own;
  }

  void taskRan(Shard shard, long id, long runNanos, int counts) {
    shard.count(stats -> stats.recordRun(runNanos, counts));
    events.ran(id, runNanos);
  }

  /** Follows a refusal, by the limit or by the executor. */
  void rejected(Shard shard, RejectedExecutionException cause) {
    shard.count(stats -> stats.rejected++);
    events.rejected(cause);
  }

  void taskNotRun(Runnable task, RejectedExecutionException cause) {
    events.notRun(passedIn(task), cause);
  }

  void paused(long nanos) {
    shards[0].count(
        stats -> {
          stats.pauses++;
          stats.pauseNanos += nanos;
        });
    events.paused(nanos);
  }

  /** The driver has a bug or the JVM is out of memory: nothing would fire any more, so say so. */
  void driverBroke(Throwable broken) {
    List<Runnable> lost = shutdownNow();
    events.log("the timer driver broke; its service is shut down", broken);
    RejectedExecutionException cause = new RejectedExecutionException(Shard.SHUT_DOWN, broken);
    lost.forEach(task -> events.notRun(task, cause));
  }

  /** One of our own callbacks threw, an adapter's for instance. */
  void brokeAroundTask(Throwable error) {
    events.log("following up a timer task failed", error);
  }

  long clockNanos() {
    return clock.nanoTime();
  }

  private long elapsedNanos() {
    return scale.elapsedNanos(clock.nanoTime());
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
  public ScheduledExecutorService asScheduledExecutor() {
    ScheduledExecutorView view = new ScheduledExecutorView(this);
    synchronized (views) {
      views.add(view);
    }
    // Either the shutdown finds the view among the others, or its flag is seen here, or both.
    if (shutdown) {
      view.serviceShutDown();
    }
    return view;
  }

  /** When a periodic timer is, or was last, to run, by the clock. */
  long deadlineNanos(PeriodicTimer timer) {
    return scale.clockNanos(timer.shard.deadlineNanos(timer));
  }

  // Observation.

  @Override
  public long pending() {
    long pending = 0;
    for (Shard shard : shards) {
      pending += shard.pending();
    }
    return pending;
  }

  @Override
  public TimerStats stats() {
    StatsSnapshot snapshot = new StatsSnapshot();
    for (Shard shard : shards) {
      shard.addTo(snapshot);
    }
    return snapshot.finish();
  }

  @Override
  public TimerDump dump() {
    DumpCounter counter = new DumpCounter(scale, elapsedNanos());
    for (Shard shard : shards) {
      for (int page = 0; page < shard.pageCount(); page++) {
        shard.visit(page, counter);
      }
    }
    return counter.finish();
  }

  // Shutdown.

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    List<Runnable> tasks = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    ExpirySink<Object> collect =
        (id, deadlineTick, armed) -> {
          tasks.add(
              armed instanceof ScheduledTimer timer
                  ? timer.ended(TimerHandle.State.HANDED_BACK)
                  : (Runnable) armed);
          if (events.areHeard()) {
            ids.add(id);
          }
        };
    // All refuse before the first is drained, and the driver ends even if there is no memory for that.
    for (Shard shard : shards) {
      shard.close();
    }
    try {
      for (Shard shard : shards) {
        for (int page = 0; page < shard.pageCount(); page++) {
          shard.drain(page, collect);
        }
      }
    } finally {
      driver.stop();
      if (watchdog != null) {
        watchdog.stop();
      }
    }
    releasePermits(tasks.size());
    ids.forEach(events::handedBack);
    List<Runnable> passedIn = handBack(tasks);
    List<ScheduledExecutorView> open;
    synchronized (views) {
      open = List.copyOf(views);
    }
    open.forEach(ScheduledExecutorView::serviceShutDown);
    return passedIn;
  }

  /** One that fails must not keep the others from being told. */
  private void tellHandedBack(AccountableTask task) {
    try {
      task.handedBack(new RejectedExecutionException(Shard.SHUT_DOWN));
    } catch (Throwable error) {
      brokeAroundTask(error);
    }
  }

  /** Turns our own tasks into what was passed in, and tells those that wait for them. */
  private List<Runnable> handBack(List<Runnable> tasks) {
    List<Runnable> passedIn = new ArrayList<>(tasks.size());
    for (Runnable task : tasks) {
      if (task instanceof AccountableTask accountable) {
        Runnable own = accountable.passedIn();
        if (own != null) {
          passedIn.add(own);
        }
        tellHandedBack(accountable);
      } else {
        passedIn.add(task);
      }
    }
    return passedIn;
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public void close() {
    shutdownNow();
    if (driverThread.equals(Thread.currentThread()) || runner.isRunningHere()) {
      return;
    }
    try {
      driverThread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
