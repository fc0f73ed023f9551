package io.tourbillon.spring;

import io.tourbillon.spring.internal.Gate;
import io.tourbillon.spring.internal.TriggeredTask;
import io.tourbillon.spring.internal.WallClockFuture;
import io.tourbillon.timer.ScheduledExecutorView;
import io.tourbillon.timer.TimerService;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.DelegatingErrorHandlingRunnable;
import org.springframework.scheduling.support.TaskUtils;
import org.springframework.util.ErrorHandler;

/**
 * Spring's scheduler on a {@link TimerService} of its own, for {@code @Scheduled} methods and for
 * programs. It keeps the contract and the defaults of {@link
 * org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler}: error handlers, futures that
 * stand for the end of the task, runs that never overlap, a fixed delay that counts from the end of
 * a run. There is no queue to grow: a cancelled task leaves the scheduler at once.
 *
 * <p>Three things differ:
 *
 * <ul>
 *   <li><b>Threads.</b> Each task runs on a virtual thread, so a task that blocks delays no other.
 *       {@link TourbillonTaskSchedulerBuilder#threads} chooses other threads.
 *   <li><b>Times of the wall clock</b>, such as those of cron expressions, are kept if the clock is
 *       set, or if the machine was suspended; Spring's schedulers wait for the length of time that
 *       it was until then when the run was scheduled. See {@link TimerService#scheduleAt(Instant,
 *       Runnable)}. This does not apply with a {@link TourbillonTaskSchedulerBuilder#clock}.
 *   <li><b>Shutdown.</b> When the context begins to close, periodic and triggered tasks begin no
 *       more runs, but tasks that run once are accepted, and run, until the phase of this
 *       scheduler, by which the web server has answered its last request. Then pending tasks are
 *       cancelled, and tasks that run may end within the {@link
 *       TourbillonTaskSchedulerBuilder#closeGrace}.
 * </ul>
 *
 * <p>A context that is stopped or paused but not closed keeps tasks from beginning until it is
 * started again; what has become due meanwhile begins then, once for each periodic task.
 *
 * <p>Scheduling takes about a microsecond; cancelling less. Thread-safe. After a shutdown,
 * everything is refused with a {@link TaskRejectedException}.
 */
public final class TourbillonTaskScheduler
    implements TaskScheduler,
        SmartLifecycle,
        ApplicationContextAware,
        ApplicationListener<ContextClosedEvent>,
        AutoCloseable {
  private static final TimeUnit NANOS = TimeUnit.NANOSECONDS;

  private final TimerService timers;

  /** Tasks that run once, after a delay. */
  private final ScheduledExecutorView single;

  /** Periodic tasks. It is shut down first. */
  private final ScheduledExecutorView periodic;

  /** The threads that this scheduler has made and must end; null if it has made none. */
  private final @Nullable ExecutorService ownThreads;

  private final @Nullable ErrorHandler errorHandler;
  private final Clock clock;
  private final boolean followsWallClock;
  private final Duration closeGrace;
  private final int phase;
  private final Gate gate = new Gate();

  /** Set before the bean is used. */
  private @Nullable ApplicationContext context;

  /** Held while the scheduler waits for its tasks to end. */
  private final ReentrantLock closeLock = new ReentrantLock();

  /** Whether a call has waited for the tasks, so that no other needs to. Guarded by the lock. */
  private boolean ended;

  /** Set once, by the thread that closes the context or this scheduler; read by any thread. */
  private volatile boolean closing;

  TourbillonTaskScheduler(
      TourbillonTaskSchedulerBuilder options,
      TimerService.Builder timers,
      @Nullable ExecutorService ownThreads) {
    this.timers = timers.build();
    this.ownThreads = ownThreads;
    this.single = this.timers.asScheduledExecutor();
    this.periodic = this.timers.asScheduledExecutor();
    this.errorHandler = options.errorHandler;
    this.clock = options.effectiveClock();
    this.followsWallClock = options.clock == null;
    this.closeGrace = options.closeGrace;
    this.phase = options.phase;
  }

  /** A scheduler with virtual threads and the default options. */
  public static TourbillonTaskScheduler create() {
    return builder().build();
  }

  /** Configures a scheduler. */
  public static TourbillonTaskSchedulerBuilder builder() {
    return new TourbillonTaskSchedulerBuilder();
  }

  /** The timer service of this scheduler, for its statistics and dumps. The scheduler closes it. */
  public TimerService timers() {
    return timers;
  }

  @Override
  public Clock getClock() {
    return clock;
  }

  @Override
  public @Nullable ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
    ErrorHandler handler =
        errorHandler == null ? TaskUtils.getDefaultErrorHandler(true) : errorHandler;
    Runnable handled = new DelegatingErrorHandlingRunnable(task, handler);
    try {
      return TriggeredTask.start(handled, trigger, clock, this::scheduleTriggered);
    } catch (RejectedExecutionException refusal) {
      throw rejected(task, refusal);
    }
  }

  private ScheduledFuture<?> scheduleTriggered(Runnable run, Instant time) {
    if (closing) {
      throw new RejectedExecutionException("the context is closing");
    }
    return scheduleOnce(new Repeated(run), time);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, Instant startTime) {
    return accepted(task, () -> scheduleOnce(handled(task, false), startTime));
  }

  /** A run of a triggered task, which does not begin once the context has begun to close. */
  private final class Repeated implements Runnable {
    private final Runnable run;

    Repeated(Runnable run) {
      this.run = run;
    }

    @Override
    public void run() {
      if (!closing) {
        run.run();
      }
    }

    @Override
    public String toString() {
      return run.toString();
    }
  }

  private ScheduledFuture<?> scheduleOnce(Runnable task, Instant time) {
    Runnable gated = gate.around(task);
    return followsWallClock
        ? WallClockFuture.schedule(timers, gated, clock, time)
        : single.schedule(gated, nanosUntil(time), NANOS);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
    return scheduleAtFixedRate(task, nanosUntil(startTime), period);
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
    return scheduleAtFixedRate(task, 0, period);
  }

  private ScheduledFuture<?> scheduleAtFixedRate(
      Runnable task, long initialNanos, Duration period) {
    long periodNanos = NANOS.convert(period);
    return accepted(
        task,
        () ->
            periodic.scheduleAtFixedRate(
                gate.around(handled(task, true)), initialNanos, periodNanos, NANOS));
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, Instant startTime, Duration delay) {
    return scheduleWithFixedDelay(task, nanosUntil(startTime), delay);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
    return scheduleWithFixedDelay(task, 0, delay);
  }

  private ScheduledFuture<?> scheduleWithFixedDelay(
      Runnable task, long initialNanos, Duration delay) {
    long delayNanos = NANOS.convert(delay);
    return accepted(
        task,
        () ->
            periodic.scheduleWithFixedDelay(
                gate.around(handled(task, true)), initialNanos, delayNanos, NANOS));
  }

  private Runnable handled(Runnable task, boolean repeated) {
    return TaskUtils.decorateTaskWithErrorHandler(task, errorHandler, repeated);
  }

  private long nanosUntil(Instant time) {
    return NANOS.convert(Duration.between(clock.instant(), time));
  }

  private static ScheduledFuture<?> accepted(
      Runnable task, Supplier<ScheduledFuture<?>> scheduling) {
    try {
      return scheduling.get();
    } catch (RejectedExecutionException refusal) {
      throw rejected(task, refusal);
    }
  }

  private static TaskRejectedException rejected(Runnable task, RejectedExecutionException refusal) {
    return new TaskRejectedException(
        "the task scheduler did not accept " + task + ": " + refusal.getMessage(), refusal);
  }

  // The life of the scheduler.

  @Override
  public void setApplicationContext(ApplicationContext applicationContext) {
    context = applicationContext;
  }

  /** Ends periodic tasks when the context of this bean begins to close. */
  @Override
  public void onApplicationEvent(ContextClosedEvent event) {
    if (event.getApplicationContext().equals(context)) {
      endRepeatedTasks();
    }
  }

  private void endRepeatedTasks() {
    closing = true;
    periodic.shutdown();
    gate.open();
  }

  @Override
  public int getPhase() {
    return phase;
  }

  @Override
  public boolean isRunning() {
    return !gate.isClosed() && !timers.isShutdown();
  }

  @Override
  public void start() {
    gate.open();
  }

  @Override
  public void stop() {
    if (closing) {
      close();
    } else {
      gate.close(() -> {});
    }
  }

  /** Stops while other beans of the same phase do so as well. */
  @Override
  public void stop(Runnable callback) {
    if (!closing) {
      gate.close(callback);
    } else if (gate.isInside()) {
      // A task that closes the context: a wait for it would last for the whole grace.
      close();
      callback.run();
    } else {
      // A platform thread: tasks that compute may keep the threads that carry virtual ones.
      Thread _ =
          Thread.ofPlatform()
              .daemon()
              .name("task-scheduler-close")
              .start(() -> closeAndTell(callback));
    }
  }

  private void closeAndTell(Runnable callback) {
    try {
      close();
    } finally {
      callback.run();
    }
  }

  /**
   * Refuses new tasks, cancels those that are pending, and waits for those that run. When the
   * {@link TourbillonTaskSchedulerBuilder#closeGrace} is over, it interrupts them, and after
   * another second it gives up. Inside a task it does not wait. A second call waits until the first
   * one has ended, and no longer.
   */
  @Override
  public void close() {
    endRepeatedTasks();
    if (gate.isInside()) {
      if (!closeLock.tryLock()) {
        return;
      }
    } else {
      closeLock.lock();
    }
    try {
      if (!ended) {
        ended = true;
        end();
      }
    } finally {
      closeLock.unlock();
    }
  }

  private void end() {
    single.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    single.shutdown();
    for (Runnable pending : timers.shutdownNow()) {
      if (pending instanceof Future<?> future) {
        boolean _ = future.cancel(false);
      }
    }
    boolean _ = timers.close(closeGrace);
    if (ownThreads != null) {
      ownThreads.shutdown();
    }
  }
}
