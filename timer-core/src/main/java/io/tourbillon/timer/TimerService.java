package io.tourbillon.timer;

import io.tourbillon.timer.internal.CreationSite;
import io.tourbillon.timer.internal.DriverThreads;
import io.tourbillon.timer.internal.StackReserve;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks at deadlines: timeouts, periodic work, delays to await.
 *
 * <p>Scheduling, cancelling and rescheduling take tens of nanoseconds, however many timers are
 * pending. They wake the driver thread only if a timer is due earlier than all others, or if memory
 * of a peak can be given back. A pending timer that is known by its id takes 24 to 40 bytes; one
 * with a handle takes 45 to 52, its handle included; one of {@link LongTimers} takes 28 to 44, and
 * there is no task besides. While nothing is due, no thread runs.
 *
 * <p>All methods may be called by any thread, and from inside a task. None of them blocks, except
 * {@link #close}. A {@link PolledTimerService} has no thread of its own: a loop of yours polls it.
 *
 * <p><b>Deadlines.</b> A timer never fires early: its deadline is rounded up to the end of a tick.
 * It fires at most one tick later, plus the time for which other tasks keep its thread busy. A
 * delay of zero or less fires at the next tick. A delay that is too long for the clock (about 292
 * years) counts as the longest delay.
 *
 * <p><b>Order.</b> Timers of different ticks fire in the order of their ticks, whichever threads
 * armed them and however late the driver is. Timers of the same tick fire in no particular order.
 * The tasks of an {@linkplain #asScheduledExecutor executor view} run by deadline in nanoseconds,
 * then by submission.
 *
 * <p><b>One promise.</b> Every accepted timer ends in exactly one way: fired, cancelled, or handed
 * back by {@link #shutdownNow}. A timer with a handle has fired when its task begins. It can be
 * cancelled and rescheduled until then, even while it waits in the queue of an executor. A timer
 * that is known only by its id has fired when the driver has taken it into a batch of due timers. A
 * timer whose task throws has fired; the exception goes to the {@link TimerExceptionHandler}.
 *
 * <p><b>Failures.</b> The driver keeps running and no timer is lost if a task, listener, handler,
 * logger or executor throws, if the heap is full, or if the stack of a caller is full. While the
 * heap is full, timers are late. A caller whose stack is full gets a {@link StackOverflowError},
 * and nothing has changed.
 *
 * <p>The first service of a process and the first executor view load the classes of all operations,
 * which takes about ten milliseconds each. Make them at the start of the program, where there is
 * enough stack and heap: a class whose initialisation fails stays unusable.
 *
 * <p>Tasks run on the driver, the one thread of the service, unless an executor is given. Tasks on
 * the driver should be short, because all other timers wait for them. See {@link Builder#watchdog}.
 *
 * <p><b>Close it.</b> A service that is no longer reachable goes on as long as timers are pending:
 * they fire, and handles can cancel and reschedule them. A view, a {@link
 * io.tourbillon.timer.netty.NettyTimer}, or a pending task of either, keeps its service reachable.
 * When the garbage collector has found that nobody can use a service any more, and nothing is
 * pending, its thread ends, and a warning in the log names the thread. There is no warning for a
 * service that was shut down. One thread of the process, {@code tourbillon-drop-watch}, waits for
 * this. {@link Builder#listener Listeners}, executors and tasks that refer to their service keep it
 * reachable.
 *
 * <p>After a shutdown, every method that would arm a timer throws {@link
 * RejectedExecutionException}. A null argument causes a {@link NullPointerException} that names the
 * parameter.
 */
public interface TimerService extends AutoCloseable {

  /** A service with a tick of 1 ms and no limit on pending timers. */
  static TimerService create() {
    return builder().build();
  }

  /**
   * A service without a thread, for a loop that polls it: one thread uses it, and no operation
   * takes a lock. See {@link PolledTimerService}, and {@link Builder#buildPolled(Runnable)} for one
   * that all threads may use.
   */
  static PolledTimerService polled(Clock clock) {
    return builder().clock(clock).buildPolled();
  }

  /** Configures a service. */
  static Builder builder() {
    StackReserve.requireForLoading();
    return new Builder();
  }

  /**
   * Runs a task once, after a delay.
   *
   * @return a handle to cancel or reschedule it
   * @throws RejectedExecutionException after a shutdown, if as many timers are pending as {@link
   *     Builder#maxPending} allows, or if two billion timers, 67 million with a listener, are
   *     pending in the shard of this thread
   */
  TimerHandle schedule(Duration delay, Runnable task);

  /** As {@link #schedule(Duration, Runnable)}, without a Duration object. */
  TimerHandle schedule(long delay, TimeUnit unit, Runnable task);

  /** As {@link #schedule(Duration, Runnable)}, with a tag. */
  TimerHandle schedule(Duration delay, Runnable task, TimerOptions options);

  /**
   * Runs a task once, at a time of the wall clock, and never before the clock shows that time. If
   * the clock is set forward, or has gone on while the machine was suspended, the service notices
   * that within a second; the timer then fires at most a tick and 10 ms late. If the clock is set
   * back, the timer waits. A time that has passed fires at the next tick.
   *
   * <p>{@link TimerHandle#reschedule} gives the timer a delay instead of its time. A listener sees
   * each correction as a rescheduling. Such a timer takes about 90 bytes more than others; while
   * there are any, the driver wakes up once a second. If the clock has been set back just before a
   * shutdown, a timer that was about to fire is cancelled.
   *
   * @param time by the {@link Builder#wallClock}
   * @return a handle to cancel or reschedule it
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  TimerHandle scheduleAt(Instant time, Runnable task);

  /** As {@link #scheduleAt(Instant, Runnable)}, with options. */
  TimerHandle scheduleAt(Instant time, Runnable task, TimerOptions options);

  /**
   * Runs a task again and again, at the initial delay and at every multiple of the period after it.
   * Runs never overlap. By default, missed runs are skipped, and after an exception, which is
   * reported, the timer goes on; {@link TimerOptions} change both.
   *
   * @param period more than zero; a period shorter than a tick counts as one tick
   * @return a handle, which stays pending between runs and during a run
   * @throws IllegalArgumentException if the period is zero or less
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  TimerHandle scheduleAtFixedRate(Duration initialDelay, Duration period, Runnable task);

  /** As {@link #scheduleAtFixedRate(Duration, Duration, Runnable)}, with options. */
  TimerHandle scheduleAtFixedRate(
      Duration initialDelay, Duration period, Runnable task, TimerOptions options);

  /**
   * Runs a task again and again, with the same delay between the end of one run and the beginning
   * of the next. No run can be missed, so {@link MissedTick} is ignored.
   *
   * @param delay more than zero
   * @throws IllegalArgumentException if the delay is zero or less
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  TimerHandle scheduleWithFixedDelay(Duration initialDelay, Duration delay, Runnable task);

  /** As {@link #scheduleWithFixedDelay(Duration, Duration, Runnable)}, with options. */
  TimerHandle scheduleWithFixedDelay(
      Duration initialDelay, Duration delay, Runnable task, TimerOptions options);

  /**
   * Runs a task once, after a delay. This form allocates nothing.
   *
   * @return an id for {@link #cancel} and {@link #rearm}, above 0. It becomes stale when the timer
   *     ends, and is never used for another timer of this service
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  long arm(long delay, TimeUnit unit, Runnable task);

  /**
   * As {@link #arm(long, TimeUnit, Runnable)}, with a tag or slack. A tag takes 32 bytes. {@link
   * #rearm} keeps the tag and drops the slack. The options for periodic timers are ignored.
   *
   * @throws IllegalArgumentException if the options name a group, which only timers with handles
   *     can join
   */
  long arm(long delay, TimeUnit unit, Runnable task, TimerOptions options);

  /**
   * Runs a task once, at a time of the service's clock. This form does not read the clock. A time
   * that has passed fires at once or at the next tick.
   *
   * @param deadlineNanos a time of {@link Clock#nanoTime}, by default of {@link System#nanoTime},
   *     less than 292 years from now
   * @return an id, as for {@link #arm}
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  long armAt(long deadlineNanos, Runnable task);

  /**
   * Cancels a timer before it fires, and releases its task at once.
   *
   * @param id the id that {@link #arm} returned or a {@link TimerListener} received; a stale id, or
   *     an id of {@link LongTimers}, or a number that was never an id, names no timer. The result
   *     for an id whose bits were changed is undefined
   * @return true if this call ended the timer; false if a batch has taken it to fire, or if another
   *     call or a shutdown has ended it
   */
  boolean cancel(long id);

  /**
   * Gives a pending timer a new delay, counted from now. Making a deadline later is the cheapest of
   * all operations. A timer that was armed with slack loses it.
   *
   * @param id as for {@link #cancel}
   * @param delay in the unit; zero or less fires at the next tick, and a delay that overflows
   *     counts as the longest delay
   * @return false if the timer had ended; it is not revived
   */
  boolean rearm(long id, long delay, TimeUnit unit);

  /**
   * A future that completes with null after a delay, on the thread that runs tasks. Completing or
   * cancelling the future cancels the timer.
   *
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  CompletableFuture<@Nullable Void> after(Duration delay);

  /**
   * A future that completes as the stage does, or exceptionally with a {@link
   * java.util.concurrent.TimeoutException} that names the limit if the stage takes longer. For a
   * stage that has completed already no timer is armed. The stage itself is not cancelled.
   * Completing or cancelling the future cancels the timer. As with any dependent future, a stage
   * that never completes keeps the future reachable, also after its timeout.
   *
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}, if a timer is
   *     needed
   */
  <T extends @Nullable Object> CompletableFuture<T> timeout(
      CompletionStage<T> stage, Duration limit);

  /**
   * As {@link #timeout}, but completes with a value if the stage takes longer than the limit.
   *
   * @param value the result then; may be null
   */
  <T extends @Nullable Object> CompletableFuture<T> completeOnTimeout(
      CompletionStage<T> stage, T value, Duration limit);

  /**
   * As {@link #timeout}, but also cancels the work behind the stage: {@code
   * stage.toCompletableFuture().cancel(true)} is called if the stage takes longer than the limit,
   * and if the returned future is cancelled. Use it for stages whose {@code cancel} has an effect,
   * such as those of {@code HttpClient.sendAsync}, and pass the stage that the library returned: a
   * cancelled dependent stage does not cancel its source. Nor does a {@linkplain
   * CompletableFuture#minimalCompletionStage minimal stage}. To complete the returned future, or to
   * shut the service down, leaves the stage as it is.
   *
   * @throws UnsupportedOperationException if the stage does not support {@link
   *     CompletionStage#toCompletableFuture}
   */
  <T extends @Nullable Object> CompletableFuture<T> cancelOnTimeout(
      CompletionStage<T> stage, Duration limit);

  /**
   * An executor that runs each task after a delay, on the thread that runs the tasks of timers. For
   * the {@code Async} methods of {@link CompletableFuture}, as {@link
   * CompletableFuture#delayedExecutor(long, TimeUnit)} is. Each task is a timer without a handle:
   * it takes a place of {@link Builder#maxPending}, and {@link #shutdownNow} returns it.
   *
   * @param delay zero or less runs tasks at the next tick
   */
  Executor delayedExecutor(Duration delay);

  /**
   * As {@link #delayedExecutor(Duration)}, but passes each task to another executor after the
   * delay. The {@link TimerExceptionHandler} receives the exception if that executor refuses a
   * task.
   */
  Executor delayedExecutor(Duration delay, Executor executor);

  /**
   * A new view of this service with the JDK's interface, contract and order, that of {@link
   * java.util.concurrent.ScheduledThreadPoolExecutor}: tasks without a delay run at once, a task
   * that throws ends its periodic timer, futures tell the outcome, and {@link
   * ScheduledExecutorService#shutdown} shuts down the view, whose delayed tasks still run and whose
   * periodic ones do not, not the service. A shutdown of the service ends the view, and futures of
   * pending tasks then fail with {@link RejectedExecutionException}.
   */
  ScheduledExecutorView asScheduledExecutor();

  /**
   * Timers of this service that are a number each and have one handler: for tables of connections
   * or sessions. The first call in a process takes some milliseconds, as that of the first service.
   *
   * @param handler receives the payload of each timer that fires, where tasks run
   */
  LongTimers longTimers(LongConsumer handler);

  /**
   * As {@link #longTimers(LongConsumer)}, with a tag and slack for all timers. The options for
   * periodic timers are ignored.
   *
   * @throws IllegalArgumentException if the options name a group, which only timers with handles
   *     can join
   */
  LongTimers longTimers(LongConsumer handler, TimerOptions options);

  /**
   * The number of timers that were accepted and have not ended. Operations that are running at the
   * same time may be counted or not. Takes the lock of each shard for a moment.
   */
  long pending();

  /**
   * What has happened so far, if the service was built with {@link Builder#recordStats}; otherwise
   * only the counts of pending timers are not zero. Takes the lock of each shard for about 20 us,
   * and 20 us more for each million timers pending. Allocates about 110 KB. The shards are read one
   * after the other; the counts of one shard are consistent.
   */
  TimerStats stats();

  /**
   * How long the earliest timer that the driver has not handled has been due: about zero while the
   * driver works, and growing while a task holds it. For health checks. Takes the lock of each
   * shard for a moment.
   */
  Duration overdue();

  /**
   * Counts pending timers by deadline and by tag. Visits every timer, a thousand under one hold of
   * a lock; timers that are armed or end meanwhile may be counted or not.
   */
  TimerDump dump();

  /**
   * Ends every pending timer, refuses new ones, and lets the driver end. Takes time in proportion
   * to the number of timers pending; timers that become due meanwhile may fire. A second call
   * returns nothing. Timers that the driver has taken into a batch or handed to the executor still
   * run. A periodic timer that is running ends with that run: it has fired, and is not handed back.
   * Futures of pending timers complete exceptionally with {@link RejectedExecutionException}.
   *
   * @return the tasks that were handed back, the same objects that were passed in, in no particular
   *     order. For a {@link io.tourbillon.timer.netty.NettyTimer} these are its timeouts, which are
   *     Runnables, and for {@link LongTimers} a {@link LongTimers.Task} for each timer. Futures,
   *     and Callables that were passed to a view, are not returned; their futures fail
   */
  List<Runnable> shutdownNow();

  /** Whether {@link #shutdownNow} or {@link #close} was called. */
  boolean isShutdown();

  /**
   * Does what {@link #shutdownNow} does, then waits until the driver has finished the batch of
   * tasks that it is running, however long that takes. After ten seconds a warning in the log shows
   * what the driver is doing; further warnings follow after 20 s, 40 s and so on. Inside a task it
   * does not wait. It does not wait for tasks that were handed to an executor. If the calling
   * thread is interrupted, it returns at once with the interrupt status set.
   *
   * <p>If {@link Builder#closeGrace} was set, this is {@link #close(Duration)} with that grace.
   */
  @Override
  void close();

  /**
   * Does what {@link #shutdownNow} does, and waits for the tasks that run on the driver or were
   * handed to the executor. When the grace is over, it interrupts them, ten times within one more
   * second. Then it gives up and logs that; a task that ignores interrupts keeps running on a
   * daemon thread. During a long grace the log shows what the call waits for, as for {@link
   * #close()}.
   *
   * @param grace how long to wait before the first interrupt, in real time; zero interrupts at once
   * @return true if all tasks have ended; false inside a task, and if the calling thread is
   *     interrupted, whose interrupt status is then set
   * @throws IllegalArgumentException if the grace is negative
   */
  boolean close(Duration grace);

  /**
   * Options of a service; each method returns this builder. Not thread-safe. A builder may build
   * any number of services.
   */
  final class Builder {
    static final Duration MIN_TICK = Duration.ofNanos(10_000);
    static final Duration MAX_TICK = Duration.ofHours(1);
    private static final Duration MAX_SPIN = Duration.ofMillis(1);
    private static final Duration DEFAULT_WATCHDOG = Duration.ofMillis(100);

    Duration tick = Duration.ofMillis(1);
    Duration spin = Duration.ZERO;
    long maxPending = Long.MAX_VALUE;
    @Nullable Executor executor;
    Clock clock = Clock.system();
    private @Nullable InstantSource wallClock;
    ThreadFactory threadFactory = DriverThreads.INSTANCE;
    @Nullable TimerListener listener;
    TimerExceptionHandler exceptionHandler = TimerExceptionHandler.logging();
    boolean recordStats;
    @Nullable TaskDecorator decorator;
    boolean recordSites;
    Duration pauseThreshold = Duration.ofMillis(100);

    /** Zero for no watchdog, or null if the caller leaves it to {@link #watchdogLimit}. */
    private @Nullable Duration watchdogBound;

    @Nullable Duration closeGrace;

    /** How long a close waits before it logs what it waits for. Tests shorten it. */
    Duration closeReportAfter = Duration.ofSeconds(10);

    private Builder() {}

    /**
     * The resolution of deadlines, 1 ms by default. With a finer tick, timers fire closer to the
     * deadline; with a coarser tick, one wake-up of the driver fires more timers. An idle service
     * costs nothing, whatever the tick. How late the operating system wakes the driver is another
     * matter: see {@link #spin}.
     *
     * @param tick from 10 us to an hour
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder tick(Duration tick) {
      requireRange("tick", tick, MIN_TICK, MAX_TICK);
      this.tick = tick;
      return this;
    }

    /**
     * How long before each event the driver wakes up and spins instead of waiting; zero by default.
     * For timers that must fire within microseconds, together with a fine {@link #tick}: a thread
     * that waits is woken late by the timer slack of the operating system, about 50 us on Linux,
     * and by the time that its processor takes to wake up.
     *
     * <p>Measured with a tick of 10 us, one timer at a time due in 0.5 to 2 ms, on a virtual
     * machine with two processors: without a spin, timers were late by 97 us in the median and 105
     * to 140 us at p90; with 100 us, by 9 to 13 us and 14 to 24 us, of which 5 us are half a tick.
     * At p99 they were late by 3 to 10 ms without a spin and 2 to 7 ms with it, because other
     * processes kept both processors busy: a spin does not help a thread that has no processor.
     *
     * <p>Costs this much time of a processor, busy, for each wake-up of the driver: with 100 us and
     * a thousand timers a second at different ticks, a tenth of a processor. If another thread
     * needs that processor, the spin makes things worse. An idle service does not spin, nor does
     * one whose next timer is far away. Has an effect with the {@linkplain Clock#system system's
     * clock} only.
     *
     * @param spin from zero to 1 ms; 100 us to 200 us hides the slack of Linux
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder spin(Duration spin) {
      requireRange("spin", spin, Duration.ZERO, MAX_SPIN);
      this.spin = spin;
      return this;
    }

    /**
     * The limit of pending timers, unlimited by default. Timers above the limit are refused. A
     * cancelled timer frees its place at once.
     *
     * @param maxPending at least 1
     * @throws IllegalArgumentException if it is less
     */
    public Builder maxPending(long maxPending) {
      if (maxPending < 1) {
        throw new IllegalArgumentException("maxPending must be at least 1: " + maxPending);
      }
      this.maxPending = maxPending;
      return this;
    }

    /**
     * Runs the tasks; by default they run on the driver thread. Tasks are handed over in the order
     * in which they would run on the driver. A periodic task is armed again when its run has ended.
     * A task that the executor refuses does not run: the exception handler receives the refusal,
     * and the timer counts as fired and as rejected. A periodic timer goes on after a refusal,
     * unless the executor has been terminated; the periodic task of a view ends at the first
     * refusal. If there is no memory to hand a task over, the driver waits for memory.
     *
     * <p>If an {@link java.util.concurrent.ExecutorService} is terminated before it has run all
     * tasks, the remaining tasks count as refused. The service notices this within a second; after
     * its shutdown, or with a virtual clock, when a thread waits for the end of the service or of a
     * view.
     *
     * @param executor must either run a task or throw. If an executor drops a task silently, its
     *     timer stays pending and keeps its place; a timer that is known only by its id has fired
     *     by then. An executor that runs tasks in the calling thread blocks the driver meanwhile.
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** The clock, by default the system's. A {@link VirtualClock} makes tests fast and exact. */
    public Builder clock(Clock clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * The wall clock of {@link TimerService#scheduleAt}. The default is the system's; with a {@link
     * VirtualClock}, it is {@link VirtualClock#wallClock}. Once a second, the driver compares it
     * with the {@link #clock}. If the clock is not the system's, the driver does so only when it
     * wakes up for another reason, such as a timer or a {@link VirtualClock#stepWallClock}.
     *
     * @param wallClock called by any thread. If it throws, {@code scheduleAt} throws the same, and
     *     timers that have been scheduled fire by the other clock; the exception is logged
     */
    public Builder wallClock(InstantSource wallClock) {
      this.wallClock = Objects.requireNonNull(wallClock, "wallClock");
      return this;
    }

    InstantSource wallClock() {
      if (wallClock != null) {
        return wallClock;
      }
      return clock instanceof VirtualClock virtual ? virtual.wallClock() : InstantSource.system();
    }

    /**
     * Makes the thread of the driver. By default it is a daemon platform thread named {@code
     * tourbillon-timer-1} and so on, which inherits nothing from the thread that builds the
     * service: no inheritable thread locals, no context class loader, no priority. The thread of
     * the {@link #watchdog} is always such a thread; its name is that of the driver's thread and
     * {@code -watchdog}.
     *
     * @param threadFactory must make a new thread each time, and must not start it
     */
    public Builder threadFactory(ThreadFactory threadFactory) {
      this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
      return this;
    }

    /** Receives every event. By default there is no listener, which costs nothing. */
    public Builder listener(TimerListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /** Receives every failure; by default failures are logged. */
    public Builder exceptionHandler(TimerExceptionHandler exceptionHandler) {
      this.exceptionHandler = Objects.requireNonNull(exceptionHandler, "exceptionHandler");
      return this;
    }

    /**
     * Wraps each task when it is scheduled, for example to carry the context of the scheduling
     * thread to the task. By default there is no decorator, which costs nothing. Each wrapped task
     * takes 32 bytes more, and what the decorator makes. Does not apply to {@link LongTimers}.
     */
    public Builder decorator(TaskDecorator decorator) {
      this.decorator = Objects.requireNonNull(decorator, "decorator");
      return this;
    }

    /**
     * Records where each timer is scheduled, for {@link TimerDump#byCreationSite}; those of {@link
     * LongTimers} are left out. Off by default. Costs about 2 us and 100 bytes for each timer.
     */
    public Builder recordCreationSites() {
      recordSites = true;
      return this;
    }

    /**
     * Counts and measures for {@link TimerService#stats}. Off by default. Arming and cancelling
     * cost the same with it. Each measured run costs two readings of the clock; {@link TimerStats}
     * describes which runs are measured. Takes 110 KB of memory for each shard; there are about as
     * many shards as processors.
     */
    public Builder recordStats() {
      return recordStats(true);
    }

    /** Sets whether to count and measure for {@link TimerService#stats}. */
    public Builder recordStats(boolean recordStats) {
      this.recordStats = recordStats;
      return this;
    }

    /**
     * The shortest delay of the driver that counts as a pause if no task has caused it; 100 ms by
     * default. A garbage collection or a stopped process is noticed while the driver waits for a
     * timer or takes timers out of the wheel. During a task it counts as time of that task. The
     * suspension of a machine is not noticed, because the clock of the system stands still.
     *
     * @param pauseThreshold more than zero
     * @throws IllegalArgumentException if it is not
     */
    public Builder pauseThreshold(Duration pauseThreshold) {
      requirePositive("pauseThreshold", pauseThreshold);
      this.pauseThreshold = pauseThreshold;
      return this;
    }

    /**
     * Sets the limit of the watchdog. The watchdog reports a task that runs for 1.0 to 1.5 times
     * the limit, or later on a busy machine, while the task runs: to the listener, or without a
     * listener to the log, with at most one warning in ten seconds. The default is 100 ms for a
     * service whose driver runs the tasks, because such a task delays all other timers. With an
     * {@link #executor} there is no watchdog by default; if you set a limit, it holds for the
     * threads of the executor as well, and the time in the executor's queue does not count. Costs a
     * thread, which rests while the driver and the executor rest, and for each run of an executor a
     * lock and a reading of the clock. Always uses the system's clock.
     *
     * <p>While the garbage collector or the operating system stops the process, the watchdog cannot
     * run either. It notices that, and does not count the time. But a pause of less than half the
     * limit may count.
     *
     * @param bound from 1 ms to a day, or {@link Duration#ZERO} for no watchdog
     * @throws IllegalArgumentException if the limit is out of that range
     */
    public Builder watchdog(Duration bound) {
      Objects.requireNonNull(bound, "watchdog bound");
      if (!bound.isZero()) {
        requireRange("watchdog bound", bound, Duration.ofMillis(1), Duration.ofDays(1));
      }
      this.watchdogBound = bound;
      return this;
    }

    /** Whether the caller wants a watchdog in any case. */
    boolean isWatchdogSet() {
      return watchdogBound != null && !watchdogBound.isZero();
    }

    /** Returns the limit of the watchdog, or null if there is no watchdog. */
    @Nullable Duration watchdogLimit() {
      if (watchdogBound == null) {
        return executor == null ? DEFAULT_WATCHDOG : null;
      }
      return watchdogBound.isZero() ? null : watchdogBound;
    }

    /**
     * How long {@link TimerService#close()} waits before it interrupts the tasks that are running.
     * With a grace it works as {@link TimerService#close(Duration)}, and so waits for the tasks of
     * an executor too. Unlimited by default: a task that never ends keeps close() from returning.
     * Set it if a container calls close() and the process must end.
     *
     * @param grace zero interrupts at once
     * @throws IllegalArgumentException if it is negative
     */
    public Builder closeGrace(Duration grace) {
      requireNotNegative("grace", grace);
      closeGrace = grace;
      return this;
    }

    /**
     * Builds the service and starts its driver.
     *
     * @throws IllegalStateException if the thread factory makes no thread, or one that was started
     */
    public TimerService build() {
      loadClasses();
      return ShardedTimerService.start(this);
    }

    /**
     * Builds a service without a thread that one thread uses, the first one that does: see {@link
     * PolledTimerService}. It records statistics, has a listener and so on, as any service; {@link
     * #closeGrace} has no effect.
     *
     * @throws IllegalStateException if an {@link #executor}, {@link #threadFactory}, {@link
     *     #watchdog} or {@link #spin} was set
     */
    public PolledTimerService buildPolled() {
      loadClasses();
      return PolledService.confined(this);
    }

    /**
     * Builds a service without a thread that any thread uses and one thread polls: see {@link
     * PolledTimerService}. If there is an {@link #executor}, the thread that polls hands the tasks
     * to it.
     *
     * @param wakeup ends the rest of the loop: for example {@code selector::wakeup}, or an unpark.
     *     Called when a timer is armed that is earlier than the event that the loop has last asked
     *     for, when memory of a peak can be given back, and by a shutdown, and not again until the
     *     loop polls or asks. Called by the thread that arms, without a lock, so it should be fast
     *     and must not wait for the loop. If the loop does not rest at that moment, the wakeup must
     *     end its next rest. An exception is logged, and then a timer may be late
     * @throws IllegalStateException if a {@link #threadFactory}, {@link #watchdog} or {@link #spin}
     *     was set
     */
    public PolledTimerService buildPolled(Runnable wakeup) {
      Objects.requireNonNull(wakeup, "wakeup");
      loadClasses();
      return PolledService.shared(this, wakeup);
    }

    /** Loads what {@link FirstUse} does not know of: what only some services need. */
    private void loadClasses() {
      StackReserve.requireForLoading();
      if (recordSites) {
        Object _ = CreationSite.find();
      }
    }

    static void requirePositive(String name, Duration duration) {
      Objects.requireNonNull(duration, name);
      if (duration.isNegative() || duration.isZero()) {
        throw new IllegalArgumentException(name + " must be more than zero: " + duration);
      }
    }

    static void requireNotNegative(String name, Duration duration) {
      Objects.requireNonNull(duration, name);
      if (duration.isNegative()) {
        throw new IllegalArgumentException(name + " must not be negative: " + duration);
      }
    }

    private static void requireRange(String name, Duration value, Duration least, Duration most) {
      Objects.requireNonNull(value, name);
      if (value.compareTo(least) < 0) {
        throw new IllegalArgumentException(name + " must be at least " + least + ": " + value);
      }
      if (value.compareTo(most) > 0) {
        throw new IllegalArgumentException(name + " must be at most " + most + ": " + value);
      }
    }
  }
}
