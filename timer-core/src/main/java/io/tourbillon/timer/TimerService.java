package io.tourbillon.timer;

import io.tourbillon.timer.internal.StackReserve;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks at deadlines: timeouts, periodic work, delays to await.
 *
 * <p>Scheduling, cancelling and rescheduling cost tens of nanoseconds however many timers are
 * pending, and wake nobody unless a timer is due earlier than all others, or a peak has left memory
 * to give back. A pending timer costs 24 to 40 bytes, and its handle 40 more where one is asked
 * for. While nothing is due, no thread runs.
 *
 * <p>All methods may be called by any thread, from inside a task too, and none of them waits, but
 * for {@link #close}.
 *
 * <p><b>Deadlines.</b> A timer never fires early: its deadline is rounded up to the end of a tick.
 * It fires at most a tick later than that, plus the time for which its thread is kept busy by other
 * tasks. A delay of zero or less fires at the next tick. A delay too long for the clock, about 292
 * years, counts as the longest that there is.
 *
 * <p><b>Order.</b> Timers of different ticks fire in the order of their ticks, whichever threads
 * armed them and however late the driver is. Those of the same tick fire in no particular order.
 * The tasks of an {@linkplain #asScheduledExecutor executor view} run by deadline in nanoseconds,
 * then by submission.
 *
 * <p><b>One promise.</b> Every accepted timer ends in exactly one way: fired, cancelled, or handed
 * back by {@link #shutdownNow}. A timer with a handle has fired when its task begins, and can be
 * cancelled and rescheduled until then, also while it waits in the queue of an executor. A timer
 * known only by its id has fired once the driver has taken it into a batch of due ones. A task that
 * throws has fired; what it threw goes to the {@link TimerExceptionHandler}.
 *
 * <p>Neither an exception or error of a task, listener, handler, logger or executor, nor a full
 * heap, nor the full stack of a caller ends the driver or loses a timer. While the heap is full
 * timers are late. A caller whose stack is full gets a {@link StackOverflowError}, and nothing has
 * changed then.
 *
 * <p>The first service of a process, and the first executor view, load the classes for all
 * operations, which takes some ten milliseconds each, and should be made where there is stack and
 * heap for it, at the start: a class that cannot be initialised stays unusable.
 *
 * <p>Tasks run on the service's one thread, its driver, unless an executor is given. A task there
 * should be short: all other timers wait for it. See {@link Builder#watchdog}.
 *
 * <p>After a shutdown everything that would arm a timer is refused with {@link
 * RejectedExecutionException}. A null argument is a {@link NullPointerException} that names it.
 */
public interface TimerService extends AutoCloseable {

  /** A service with a tick of 1 ms and no limit on pending timers. */
  static TimerService create() {
    return builder().build();
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
   *     Builder#maxPending} allows, or if 67 million are that were armed by this thread and those
   *     that share its shard
   */
  TimerHandle schedule(Duration delay, Runnable task);

  /** As {@link #schedule(Duration, Runnable)}, without a Duration object. */
  TimerHandle schedule(long delay, TimeUnit unit, Runnable task);

  /** As {@link #schedule(Duration, Runnable)}, with a tag. */
  TimerHandle schedule(Duration delay, Runnable task, TimerOptions options);

  /**
   * Runs a task again and again, at the initial delay and at every multiple of the period after it.
   * Runs never overlap. What happens to those that are missed, and after an exception, is for the
   * options to say; by default missed ones are skipped, and an exception is reported and the next
   * run takes place.
   *
   * @param period more than zero; effectively it is at least a tick
   * @return a handle that stays pending between runs and while one is going on
   * @throws IllegalArgumentException if the period is zero or less
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  TimerHandle scheduleAtFixedRate(Duration initialDelay, Duration period, Runnable task);

  /** As {@link #scheduleAtFixedRate(Duration, Duration, Runnable)}, with options. */
  TimerHandle scheduleAtFixedRate(
      Duration initialDelay, Duration period, Runnable task, TimerOptions options);

  /**
   * Runs a task again and again, with the same delay between the end of one run and the beginning
   * of the next. There is nothing to miss in that, so the choice of {@link MissedTick} is ignored.
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
   * Runs a task once, after a delay; the form that allocates nothing.
   *
   * @return an id for {@link #cancel} and {@link #rearm}, above 0; it goes stale when the timer
   *     ends and never names another timer of this service
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  long arm(long delay, TimeUnit unit, Runnable task);

  /**
   * Runs a task once, at a time by the service's clock; saves reading it. One that is past fires at
   * once or at the next tick.
   *
   * @param deadlineNanos comparable with {@link Clock#nanoTime}, by default with {@link
   *     System#nanoTime}, and less than 292 years from it
   * @return an id as of {@link #arm}
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  long armAt(long deadlineNanos, Runnable task);

  /**
   * Ends a timer before it fires. Its task is let go at once.
   *
   * @param id what {@link #arm} returned or a {@link TimerListener} was told; a stale one, or a
   *     number that was never an id, names no timer; altering the bits of an id is not defined
   * @return true if this call ended the timer; false if it had ended already, by firing, by another
   *     call or by a shutdown
   */
  boolean cancel(long id);

  /**
   * Gives a pending timer a new delay, counted from now. Pushing it out is the cheapest operation
   * of all.
   *
   * @param id as for {@link #cancel}
   * @param delay in the unit; zero or less fires at the next tick, and one that overflows counts as
   *     the longest there is
   * @return false if the timer had ended; it is not revived
   */
  boolean rearm(long id, long delay, TimeUnit unit);

  /**
   * A future that completes with null after a delay, where tasks run. Completing or cancelling it
   * cancels the timer.
   *
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}
   */
  CompletableFuture<@Nullable Void> after(Duration delay);

  /**
   * A future that completes as the stage does, or exceptionally with a {@link
   * java.util.concurrent.TimeoutException} that names the limit if the stage takes longer. A stage
   * that has completed is within every limit, and needs no timer. The stage itself is left to go
   * on. Completing or cancelling the future cancels the timer. As with any dependent future, a
   * stage that never completes keeps the future reachable, also after its timeout.
   *
   * @throws RejectedExecutionException as for {@link #schedule(Duration, Runnable)}, if a timer is
   *     needed
   */
  <T extends @Nullable Object> CompletableFuture<T> timeout(
      CompletionStage<T> stage, Duration limit);

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
   * Timers that were accepted and have not ended. Exact when nothing is in flight, and off by no
   * more than the operations in flight otherwise. Takes each shard's lock for a moment.
   */
  long pending();

  /**
   * What has happened so far, if the service was built with {@link Builder#recordStats}; otherwise
   * all counts but the pending ones are zero. Takes each shard's lock for some 20 us to sum up what
   * is measured, and 20 us a million timers pending, which are counted by level, in steps of 64.
   * Allocates some 110 KB. Shards are looked at one after the other; the counts of each go
   * together.
   */
  TimerStats stats();

  /**
   * For how long something has been due that the driver has not looked at: zero or next to nothing
   * while it goes on, and ever more while a task holds it. For health checks. Takes each shard's
   * lock for a moment.
   */
  Duration overdue();

  /**
   * Counts pending timers by deadline and by tag. Looks at every timer, a thousand at a time; those
   * that come or go meanwhile may be counted or not.
   */
  TimerDump dump();

  /**
   * Ends every pending timer, refuses new ones, and lets the driver end. Takes time in proportion
   * to the timers pending; those that come due meanwhile may fire. The second time there is nothing
   * left to hand back. What the driver has taken into a batch, or has handed to the executor, is
   * not recalled, and a periodic timer whose run is going on ends with that run: it is not among
   * those handed back, and has fired. Futures of pending timers complete exceptionally with {@link
   * RejectedExecutionException}.
   *
   * @return the tasks that were handed back, the very objects that were passed in, in no particular
   *     order; of a {@link io.tourbillon.timer.netty.NettyTimer} its timeouts, which are Runnables
   *     as well as Netty's; nothing for futures and for Callables that were passed to a view, whose
   *     futures fail
   */
  List<Runnable> shutdownNow();

  /** Whether {@link #shutdownNow} or {@link #close} was called. */
  boolean isShutdown();

  /**
   * Does what {@link #shutdownNow} does, then waits until the driver has finished the batch of
   * tasks that it is running, however long that takes. After ten seconds a warning in the log shows
   * what the driver is doing; further warnings follow after 20 s, 40 s and so on. From inside a
   * task it does not wait. Tasks that were handed to an executor are the executor's and not waited
   * for. If the calling thread is interrupted, returns at once with its interrupt status set.
   *
   * <p>If {@link Builder#closeGrace} was set, does what {@link #close(Duration)} does with it.
   */
  @Override
  void close();

  /**
   * Does what {@link #shutdownNow} does and waits for the tasks that are running, on the driver or
   * in the hands of the executor. When the grace is over it interrupts them, ten times within one
   * more second, and then gives up and says so in the log: a task that takes no notice goes on, on
   * a daemon thread. Within a long grace the log says what is waited for, as for {@link #close()}.
   *
   * @param grace how long to wait before the first interrupt, in real time; zero interrupts at once
   * @return whether all tasks have ended; false from inside a task, which has not, and if the
   *     calling thread is interrupted, whose interrupt status is set then
   * @throws IllegalArgumentException if the grace is negative
   */
  boolean close(Duration grace);

  /**
   * Options of a service; each method returns this builder. Not thread-safe. A builder may build
   * any number of services.
   */
  final class Builder {
    static final Duration MIN_TICK = Duration.ofNanos(100_000);
    static final Duration MAX_TICK = Duration.ofHours(1);

    Duration tick = Duration.ofMillis(1);
    long maxPending = Long.MAX_VALUE;
    @Nullable Executor executor;
    Clock clock = Clock.system();
    ThreadFactory threadFactory = DriverThreads.INSTANCE;
    @Nullable TimerListener listener;
    TimerExceptionHandler exceptionHandler = TimerExceptionHandler.logging();
    boolean recordStats;
    Duration pauseThreshold = Duration.ofMillis(100);
    @Nullable Duration watchdogBound;
    @Nullable Duration closeGrace;

    /** How long a close waits before it says in the log for what. Tests shorten it. */
    Duration closeReportAfter = Duration.ofSeconds(10);

    private Builder() {}

    /**
     * The resolution of deadlines, 1 ms by default: finer ticks fire closer to the deadline,
     * coarser ones put more timers into one wake-up of the driver. An idle service costs nothing at
     * any tick.
     *
     * @param tick from 100 us to an hour
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder tick(Duration tick) {
      requireRange("tick", tick, MIN_TICK, MAX_TICK);
      this.tick = tick;
      return this;
    }

    /**
     * How many timers may be pending at once, unlimited by default. Past it they are refused. The
     * place of a timer that is cancelled is free at once.
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
     * Where tasks run; by default on the driver thread. They are handed over in the order in which
     * they would run on the driver; a periodic task is armed again when its run has ended, and so
     * comes after what was handed over meanwhile. A task that the executor refuses does not run:
     * the exception handler is told, and the timer counts as fired and as rejected. A periodic
     * timer goes on, unless the executor has been terminated, which ends it; the periodic task of a
     * view ends at the first refusal. While there is no memory to hand a task over, the driver
     * waits for it.
     *
     * <p>If an {@link java.util.concurrent.ExecutorService} is terminated with tasks that it has
     * not run, these are treated as refused: within a second, or, after a shutdown of the service
     * or under a virtual clock, when somebody waits for the end of the service or of a view.
     *
     * @param executor must either run a task or throw. A timer whose task another executor drops
     *     silently stays pending and keeps its place; an executor that runs tasks in the calling
     *     thread holds up the driver as long.
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
     * What makes the driver thread, and the watchdog's. By default they are daemon platform threads
     * named {@code tourbillon-timer-1} and so on, which inherit nothing from the thread that builds
     * the service: no inheritable thread locals, no context class loader, no priority.
     *
     * @param threadFactory must make a new thread each time, and leave the start to the service
     */
    public Builder threadFactory(ThreadFactory threadFactory) {
      this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
      return this;
    }

    /** What is told of every event. None by default, which costs nothing. */
    public Builder listener(TimerListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /** What is told of every failure; by default failures are logged. */
    public Builder exceptionHandler(TimerExceptionHandler exceptionHandler) {
      this.exceptionHandler = Objects.requireNonNull(exceptionHandler, "exceptionHandler");
      return this;
    }

    /**
     * Counts and measures for {@link TimerService#stats}. Off by default, which costs nothing. On,
     * it costs arming and cancelling nothing either, and a task two readings of the clock where its
     * run is measured, for which {@link TimerStats} says how many are. Takes 110 KB of memory for
     * each of about as many shards as there are processors.
     */
    public Builder recordStats() {
      return recordStats(true);
    }

    /** Says whether to count and measure for {@link TimerService#stats}. */
    public Builder recordStats(boolean recordStats) {
      this.recordStats = recordStats;
      return this;
    }

    /**
     * How late the driver must be, through no task's fault, for that to count as a pause; 100 ms by
     * default. A garbage collection or a stopped process is seen this way if it comes while the
     * driver waits for a timer or takes timers out of the wheel; one that comes while a task runs
     * counts as that task's time. The time for which a machine is suspended is not seen, as the
     * system's clock stands still then.
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
     * Watches for tasks that run for longer than a bound, and reports each while it does: to the
     * listener, or to the log if there is none, which gets one warning in ten seconds at most. On
     * the driver such a task holds up all timers; on the {@link #executor} it holds a thread, and
     * what it has waited there before it began does not count. Costs a thread, which rests while
     * the driver and the executor do; and for each run of an executor a lock and a reading of the
     * clock. Off by default. Goes by the system's clock always.
     *
     * <p>While a collection or a stopped process holds up everything, the watchdog cannot run
     * either; it notices, and that time counts for no task. But a pause of less than half the bound
     * may count.
     *
     * @param bound from 1 ms to a day; a task is reported when it has taken between one and one and
     *     a half times as long, or later if the machine is busy
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder watchdog(Duration bound) {
      requireRange("watchdog bound", bound, Duration.ofMillis(1), Duration.ofDays(1));
      this.watchdogBound = bound;
      return this;
    }

    /**
     * How long {@link TimerService#close()} waits before it interrupts the tasks that are running;
     * it then does what {@link TimerService#close(Duration)} does with this grace, and so waits for
     * the tasks of an executor, too. Unlimited by default: one task that never ends keeps close()
     * from returning. Set it where others call close() and a process must come to its end, as a
     * container does with its beans.
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
     * Builds the service and starts its driver, which waits until there is something to do.
     *
     * @throws IllegalStateException if the thread factory makes no thread, or one that was started
     */
    public TimerService build() {
      StackReserve.requireForLoading();
      return ShardedTimerService.start(this);
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
