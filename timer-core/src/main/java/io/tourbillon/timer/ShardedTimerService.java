package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.SafeText;
import io.tourbillon.timer.internal.StackReserve;
import io.tourbillon.timer.internal.TickScale;
import io.tourbillon.timer.internal.watchdog.Watchdog;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The service: shards of wheel and lock, chosen by the calling thread so that threads seldom meet
 * at a lock, and one driver for all of them.
 *
 * <p>This class turns the public surface into operations of shards. What is concurrent is in {@link
 * Shard} (who ends a timer), {@link Waker} (who wakes the driver) and {@link PendingLimit}.
 */
final class ShardedTimerService implements TimerService {
  /** How often {@link #close(Duration)} interrupts tasks when the grace is over. */
  private static final int INTERRUPTS = 10;

  private static final long INTERRUPT_INTERVAL_NANOS = 100_000_000;

  /** How often one that waits for the end looks whether the executor has been terminated. */
  private static final long LOOK_NANOS = 100_000_000;

  private final Shard[] shards;
  private final TickScale scale;
  private final Clock clock;
  private final PendingLimit limit;
  private final Thread driverThread;

  /** Counted down by the driver before it leaves the clock and ends. */
  private final CountDownLatch driverEnded = new CountDownLatch(1);

  private final Waker waker;
  private final FollowUp followUp;
  private final TaskRunner runner;
  private final Driver driver;
  private final Events events;
  private final @Nullable Watchdog<StallReport> watchdog;

  /**
   * The views, to be told of a shutdown. Guarded by itself; forgets those that nobody has any more.
   */
  private final Set<OrderedExecutor> views = Collections.newSetFromMap(new WeakHashMap<>());

  /** The timers of the views, from the first one on. Written under the monitor of the views. */
  private volatile @Nullable OrderedTimers ordered;

  private final boolean recordStats;

  /** What {@link #close()} waits at most, or null if it waits as long as it takes. */
  private final @Nullable Duration closeGrace;

  private final long closeReportAfterNanos;

  /** Set before the driver's thread is started. */
  private volatile boolean driverStarted;

  /** Set once. The locks of the shards decide who is refused; this only answers questions. */
  private volatile boolean shutdown;

  private ShardedTimerService(Builder builder, int shardCount) {
    events = new Events(builder.listener, builder.exceptionHandler);
    clock = builder.clock;
    scale = new TickScale(clock.nanoTime(), builder.tick.toNanos());
    limit = new PendingLimit(builder.maxPending);
    recordStats = builder.recordStats;
    closeGrace = builder.closeGrace;
    closeReportAfterNanos = builder.closeReportAfter.toNanos();
    shards = new Shard[shardCount];
    for (int number = 0; number < shards.length; number++) {
      shards[number] = new Shard(this, number, builder.recordStats);
    }
    ExecutorRuns executorRuns =
        builder.watchdogBound == null ? null : newExecutorRuns(builder.watchdogBound);
    watchdog = executorRuns == null ? null : executorRuns.watchdog();
    driverThread =
        newThread(
            builder.threadFactory,
            new Runnable() {
              @Override
              public void run() {
                // Not if the thread factory starts it: then there is no service.
                if (driverStarted) {
                  drive();
                }
              }
            });
    waker = new Waker(clock.newAlarm(driverThread));
    followUp = new FollowUp(events, limit, scale, clock, waker);
    runner = new TaskRunner(followUp, builder.executor, watchdog, executorRuns, measuring(builder));
    driver =
        new Driver(
            shards,
            scale,
            clock,
            waker,
            runner,
            followUp,
            TickScale.nanosOf(builder.pauseThreshold),
            new Consumer<>() {
              @Override
              public void accept(Throwable broken) {
                driverBroke(broken);
              }
            });
  }

  static TimerService start(Builder builder) {
    FirstUse.ofServices(builder.recordStats);
    ShardedTimerService service = new ShardedTimerService(builder, shardCount());
    try {
      service.startThreads(builder.threadFactory);
      Logging.warmUp();
    } catch (RuntimeException | Error failure) {
      // Nobody has this service. A stopped driver does nothing but leave the clock, on which all
      // others would wait for it otherwise.
      service.shutdownNow();
      service.drive();
      throw failure;
    }
    return service;
  }

  /** One with a single shard, whose driver is not started: see {@link FirstUse}. */
  static ShardedTimerService withoutThreads(Builder builder) {
    return new ShardedTimerService(builder, 1);
  }

  private ExecutorRuns newExecutorRuns(Duration bound) {
    LongFunction<StallReport> look =
        new LongFunction<>() {
          @Override
          public StallReport apply(long heldNanos) {
            return look(heldNanos);
          }
        };
    Consumer<StallReport> reports =
        new Consumer<>() {
          @Override
          public void accept(StallReport report) {
            stalled(report);
          }
        };
    return new ExecutorRuns(bound.toNanos(), look, reports);
  }

  private void startThreads(ThreadFactory threadFactory) {
    if (watchdog != null) {
      watchdog.start(newThread(threadFactory, watchdog), driverThread);
    }
    driverStarted = true;
    driverThread.start();
  }

  /** What the watchdog sees. */
  private StallReport look(long heldNanos) {
    return new StallReport(
        driverThread.getName(), heldNanos, Arrays.asList(driverThread.getStackTrace()));
  }

  /** What the watchdog reports. Which shard counts it makes no difference to the sum. */
  private void stalled(StallReport report) {
    followUp.stalled(shards[0], report);
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
      throw new IllegalStateException(
          "the thread factory must make a thread, not return null: " + SafeText.of(factory));
    }
    if (thread.getState() != Thread.State.NEW) {
      throw new IllegalStateException(
          "the thread factory must make a new thread and not start it: " + SafeText.of(factory));
    }
    return thread;
  }

  private void drive() {
    try {
      driver.run();
    } finally {
      // Not before: the last task may be one that stalls.
      if (watchdog != null) {
        watchdog.stop();
      }
      // Those who wait for the end may be coroutines on the same clock. They are woken while this
      // thread is still counted by it, and then hold it, so that time does not move in between.
      driverEnded.countDown();
      waker.close();
    }
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
    StackReserve.require();
    Shard shard = callersShard();
    return arm(newTimer(shard, task, tag), TickScale.deadlineNanos(elapsedNanos(), delayNanos));
  }

  private ScheduledTimer newTimer(Shard shard, Runnable task, @Nullable String tag) {
    if (task instanceof AccountableTask accountable) {
      return new ScheduledTimer.Accountable(shard, accountable);
    }
    return tag == null
        ? new ScheduledTimer(shard, task)
        : new ScheduledTimer.Tagged(shard, task, tag);
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
    StackReserve.require();
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), TickScale.nanosOf(initialDelay));
    long periodNanos = Math.max(scale.tickNanos(), TickScale.nanosOf(period));
    PeriodicTimer timer =
        new PeriodicTimer(callersShard(), task, deadlineNanos, periodNanos, fixedRate, options);
    return arm(timer, deadlineNanos);
  }

  private TimerHandle arm(ScheduledTimer timer, long deadlineNanos) {
    long tick = scale.tickAtOrAfter(deadlineNanos);
    timer.shard.acquirePermit(limit, events);
    long id;
    try {
      id = timer.shard.arm(tick, timer);
    } catch (RuntimeException | Error refusal) {
      limit.release(1);
      throw refusal;
    }
    afterArm(timer.shard, id, tick, deadlineNanos);
    return timer;
  }

  @Override
  public long arm(long delay, TimeUnit unit, Runnable task) {
    Objects.requireNonNull(unit, "unit");
    return armAtElapsed(TickScale.deadlineNanos(elapsedNanos(), unit.toNanos(delay)), task);
  }

  @Override
  public long armAt(long deadlineNanos, Runnable task) {
    long elapsedNanos = scale.elapsedNanos(deadlineNanos);
    if (elapsedNanos < 0 && deadlineNanos - clock.nanoTime() > 0) {
      // Not before the service was made, but farther from then than a long can tell.
      elapsedNanos = Long.MAX_VALUE;
    }
    return armAtElapsed(elapsedNanos, task);
  }

  private long armAtElapsed(long deadlineNanos, Runnable task) {
    Objects.requireNonNull(task, "task");
    StackReserve.require();
    long tick = scale.tickAtOrAfter(deadlineNanos);
    Shard shard = callersShard();
    shard.acquirePermit(limit, events);
    long id;
    try {
      id = shard.arm(tick, task);
    } catch (RuntimeException | Error refusal) {
      limit.release(1);
      throw refusal;
    }
    afterArm(shard, id, tick, deadlineNanos);
    return id;
  }

  private void afterArm(Shard shard, long id, long tick, long deadlineNanos) {
    waker.armed(shard, tick);
    events.scheduled(id, scale.clockNanos(deadlineNanos));
  }

  private Shard callersShard() {
    return shards[(int) Thread.currentThread().threadId() & (shards.length - 1)];
  }

  // Cancelling and rearming.

  @Override
  public boolean cancel(long id) {
    StackReserve.require();
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
    StackReserve.require();
    Runnable task = timer.shard.cancel(timer);
    if (task == null) {
      return false;
    }
    afterCancel(timer.shard, timer.id());
    timer.cancelled(task);
    return true;
  }

  private void afterCancel(Shard shard, long id) {
    limit.release(1);
    trimLater(shard);
    events.cancelled(id);
  }

  private void trimLater(Shard shard) {
    if (shard.isTrimmable()) {
      waker.freed();
    }
  }

  @Override
  public boolean rearm(long id, long delay, TimeUnit unit) {
    Objects.requireNonNull(unit, "unit");
    StackReserve.require();
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
    afterRearm(shards[number], id, tick, deadlineNanos);
    return true;
  }

  boolean reschedule(ScheduledTimer timer, long delayNanos) {
    StackReserve.require();
    long deadlineNanos = TickScale.deadlineNanos(elapsedNanos(), delayNanos);
    long tick = scale.tickAtOrAfter(deadlineNanos);
    long id = timer.shard.rearm(timer, deadlineNanos, tick);
    if (id == 0) {
      return false;
    }
    afterRearm(timer.shard, id, tick, deadlineNanos);
    return true;
  }

  private void afterRearm(Shard shard, long id, long tick, long deadlineNanos) {
    waker.armed(shard, tick);
    trimLater(shard);
    events.rescheduled(id, scale.clockNanos(deadlineNanos));
  }

  Duration remaining(ScheduledTimer timer) {
    StackReserve.require();
    long tick = timer.shard.deadlineTick(timer);
    return tick < 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, scale.startNanos(tick) - elapsedNanos()));
  }

  /**
   * The driver has a bug: nothing would fire any more, so refuse, hand back, and say so. Refusing
   * comes first and needs no memory.
   */
  private void driverBroke(Throwable broken) {
    refuseAll();
    events.log(LogMessage.DRIVER_BROKE, broken);
    List<Runnable> lost = shutdownNow();
    RejectedExecutionException cause =
        new RejectedExecutionException(AbstractShard.SHUT_DOWN, broken);
    for (Runnable task : lost) {
      events.notRun(task, LogMessage.SHUT_DOWN, cause);
    }
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
  public ScheduledExecutorView asScheduledExecutor() {
    FirstUse.ofViews();
    return newView();
  }

  /** A view; {@link FirstUse} makes the first. */
  ScheduledExecutorView newView() {
    OrderedExecutor view;
    synchronized (views) {
      view = new OrderedExecutor(this, orderedTimers());
      views.add(view);
    }
    // Either the shutdown finds the view among the others, or its flag is seen here, or both.
    if (shutdown) {
      view.serviceShutDown();
    }
    return view;
  }

  /** Called under the monitor of the views. */
  private OrderedTimers orderedTimers() {
    OrderedTimers timers = ordered;
    if (timers == null) {
      OrderedShard shard = new OrderedShard(scale, recordStats);
      timers = new OrderedTimers(shard, scale, clock, limit, waker, events);
      driver.serve(shard);
      ordered = timers;
    }
    if (shutdown) {
      timers.shard.close();
    }
    return timers;
  }

  /** Takes one turn of the driver, which was not started. */
  void turn() {
    driver.turn();
  }

  void dropFromTerminatedExecutor() {
    runner.dropFromTerminatedExecutor();
  }

  // Observation.

  @Override
  public long pending() {
    StackReserve.require();
    long pending = 0;
    for (Shard shard : shards) {
      pending += shard.pending();
    }
    OrderedTimers views = ordered;
    return views == null ? pending : pending + views.shard.pending();
  }

  @Override
  public TimerStats stats() {
    FirstUse.ofStats();
    return snapshot();
  }

  /** The statistics; {@link FirstUse} asks for the first. */
  TimerStats snapshot() {
    StackReserve.require();
    StatsSnapshot snapshot = new StatsSnapshot(scale, limit.maxPending(), elapsedNanos());
    for (Shard shard : shards) {
      shard.addTo(snapshot);
    }
    OrderedTimers views = ordered;
    if (views != null) {
      views.shard.addTo(snapshot);
    }
    return snapshot.finish();
  }

  @Override
  public Duration overdue() {
    StackReserve.require();
    long eventTick = Waker.NEVER;
    for (Shard shard : shards) {
      eventTick = Math.min(eventTick, shard.peekEventTick());
    }
    OrderedTimers views = ordered;
    if (views != null) {
      eventTick = Math.min(eventTick, views.shard.peekTick());
    }
    return eventTick == Waker.NEVER
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, elapsedNanos() - scale.startNanos(eventTick)));
  }

  @Override
  public TimerDump dump() {
    StackReserve.require();
    DumpCounter counter = new DumpCounter(scale, elapsedNanos());
    for (Shard shard : shards) {
      for (int page = 0; page < shard.pageCount(); page++) {
        shard.visit(page, counter);
      }
    }
    OrderedTimers views = ordered;
    if (views != null) {
      for (int page = 0; page < views.shard.pageCount(); page++) {
        views.shard.visit(page, counter);
      }
    }
    return counter.finish();
  }

  /** State and count, as ThreadPoolExecutor has it. */
  @Override
  public String toString() {
    String state = !shutdown ? "Running" : driverThread.isAlive() ? "Shutting down" : "Terminated";
    return super.toString() + "[" + state + ", pending timers = " + pending() + "]";
  }

  // Shutdown.

  @Override
  public List<Runnable> shutdownNow() {
    StackReserve.require();
    OrderedShard viewsShard = refuseAll();
    HandBack handBack = new HandBack(events);
    List<Runnable> passedIn;
    try {
      for (Shard shard : shards) {
        for (int page = 0; page < shard.pageCount(); page++) {
          drain(shard, page, handBack);
        }
      }
      if (viewsShard != null) {
        // The first page last: entries move there from the others meanwhile.
        for (int page = viewsShard.pageCount() - 1; page >= 0; page--) {
          drain(viewsShard, page, handBack);
        }
      }
    } finally {
      limit.release(handBack.size());
      passedIn = handBack.finish();
    }
    List<OrderedExecutor> open;
    synchronized (views) {
      open = List.copyOf(views);
    }
    for (OrderedExecutor view : open) {
      view.serviceShutDown();
    }
    return passedIn;
  }

  /** Waits for memory for a while: what was drained before must get back to the caller. */
  private static void drain(AbstractShard shard, int page, HandBack handBack) {
    for (int attempt = 1; ; attempt++) {
      try {
        shard.drain(page, handBack);
        return;
      } catch (OutOfMemoryError full) {
        if (attempt == MemoryReserve.ATTEMPTS) {
          throw full;
        }
        MemoryReserve.pause();
      }
    }
  }

  /**
   * Refuses timers from now on, and lets the driver end after the batch that it runs. Allocates
   * nothing.
   *
   * @return the shard of the views, if there is one
   */
  private @Nullable OrderedShard refuseAll() {
    shutdown = true;
    for (Shard shard : shards) {
      shard.close();
    }
    waker.stop();
    synchronized (views) {
      OrderedTimers timers = ordered;
      if (timers == null) {
        return null;
      }
      timers.shard.close();
      return timers.shard;
    }
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  /** Whether the calling thread runs a task of this service. */
  boolean isInsideTask() {
    return driverThread.equals(Thread.currentThread()) || runner.isRunningHere();
  }

  @Override
  public void close() {
    if (closeGrace != null) {
      boolean _ = close(closeGrace);
      return;
    }
    shutdownNow();
    if (isInsideTask()) {
      return;
    }
    try {
      boolean _ = awaitDriver(Long.MAX_VALUE, newCloseReport());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean close(Duration grace) {
    Builder.requireNotNegative("grace", grace);
    shutdownNow();
    if (isInsideTask()) {
      return false;
    }
    CloseReport report = newCloseReport();
    try {
      boolean ended = awaitEnd(TickScale.nanosOf(grace), report);
      for (int attempt = 0; !ended && attempt < INTERRUPTS; attempt++) {
        driverThread.interrupt();
        runner.interruptHandedOver();
        ended = awaitEnd(INTERRUPT_INTERVAL_NANOS, report);
      }
      if (!ended) {
        report.gaveUp();
      }
      // Nothing should be left. If something is, then it has not ended.
      return ended && pending() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Waits for the driver, and then for the tasks that the executor has not finished. */
  private boolean awaitEnd(long nanos, CloseReport report) throws InterruptedException {
    long startNanos = System.nanoTime();
    if (!awaitDriver(nanos, report)) {
      return false;
    }
    while (true) {
      runner.dropFromTerminatedExecutor();
      long leftNanos = nanos - (System.nanoTime() - startNanos);
      if (runner.awaitHandedOver(Math.min(leftNanos, LOOK_NANOS))) {
        return true;
      }
      if (leftNanos <= LOOK_NANOS) {
        return false;
      }
      report.reportIfDue();
    }
  }

  /** Waits for the driver; false if it has not ended within so long. */
  private boolean awaitDriver(long nanos, CloseReport report) throws InterruptedException {
    if (!driverStarted) {
      return true;
    }
    long startNanos = System.nanoTime();
    while (true) {
      long leftNanos = nanos - (System.nanoTime() - startNanos);
      long waitNanos = Math.min(LOOK_NANOS, Math.min(leftNanos, report.nanosToNext()));
      if (hasDriverThreadEnded(waitNanos)) {
        return true;
      }
      if (System.nanoTime() - startNanos >= nanos) {
        return false;
      }
      report.reportIfDue();
    }
  }

  private boolean hasDriverThreadEnded(long waitNanos) throws InterruptedException {
    long startNanos = System.nanoTime();
    if (!driverEnded.await(waitNanos, TimeUnit.NANOSECONDS)) {
      // Its factory may have made it fail before the driver began.
      return !driverThread.isAlive();
    }
    try (Clock.Hold _ = clock.hold()) {
      long leftNanos = waitNanos - (System.nanoTime() - startNanos);
      return driverThread.join(Duration.ofNanos(leftNanos));
    }
  }

  private CloseReport newCloseReport() {
    return new CloseReport(
        // By another clock a wait that ends by itself would make time go on.
        clock.equals(Clock.system()) ? closeReportAfterNanos : Long.MAX_VALUE,
        new LongFunction<>() {
          @Override
          public String apply(long waitedNanos) {
            return driverThread.isAlive()
                ? look(waitedNanos).toString()
                : runner.describeHandedOver();
          }
        });
  }
}
