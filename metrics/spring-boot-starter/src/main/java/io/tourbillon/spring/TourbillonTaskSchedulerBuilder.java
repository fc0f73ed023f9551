package io.tourbillon.spring;

import io.tourbillon.spring.internal.TaskExecutors;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.core.task.TaskDecorator;
import org.springframework.util.ErrorHandler;

/**
 * Options of a {@link TourbillonTaskScheduler}; each method returns this builder. Not thread-safe.
 * A builder may build any number of schedulers.
 */
public final class TourbillonTaskSchedulerBuilder {
  private TaskThreads threads = TaskThreads.VIRTUAL;
  private int concurrencyLimit = TaskExecutors.UNLIMITED;
  private String threadNamePrefix = "scheduling-";
  private boolean keepAlive = true;
  private io.tourbillon.timer.@Nullable Clock timerClock;
  private @Nullable TaskDecorator taskDecorator;
  private @Nullable ClassLoader classLoader;
  private final List<Consumer<? super TimerService.Builder>> timerOptions = new ArrayList<>();
  @Nullable Clock clock;
  @Nullable ErrorHandler errorHandler;
  Duration closeGrace = Duration.ofSeconds(10);
  int phase = ShutdownPhases.TASK_SCHEDULER;

  TourbillonTaskSchedulerBuilder() {}

  /** Sets on which threads tasks run; virtual threads by default. */
  public TourbillonTaskSchedulerBuilder threads(TaskThreads threads) {
    this.threads = Objects.requireNonNull(threads, "threads");
    return this;
  }

  /**
   * Sets how many tasks run at a time; others wait, in the order in which they were due. There is
   * no limit by default. With a limit of 1 no two tasks run at the same time, as in the scheduler
   * that Spring Boot makes by default. Has no effect on the driver, which runs one at a time.
   *
   * @param limit at least 1, or -1 for no limit
   * @throws IllegalArgumentException if it is neither
   */
  public TourbillonTaskSchedulerBuilder concurrencyLimit(int limit) {
    if (limit < 1 && limit != TaskExecutors.UNLIMITED) {
      throw new IllegalArgumentException(
          "concurrencyLimit must be at least 1, or -1 for no limit: " + limit);
    }
    this.concurrencyLimit = limit;
    return this;
  }

  /** Sets how the names of the threads begin; a number follows. By default {@code scheduling-}. */
  public TourbillonTaskSchedulerBuilder threadNamePrefix(String prefix) {
    this.threadNamePrefix = Objects.requireNonNull(prefix, "prefix");
    return this;
  }

  /**
   * Sets whether the scheduler keeps the JVM alive until it is closed, as Spring's default
   * scheduler does; true by default. Virtual threads do not, so a program with nothing but
   * scheduled tasks would end when its main method does.
   */
  public TourbillonTaskSchedulerBuilder keepAlive(boolean keepAlive) {
    this.keepAlive = keepAlive;
    return this;
  }

  /**
   * Sets what handles the exceptions of tasks. By default exceptions are logged, periodic tasks go
   * on, and the futures of tasks that run once fail.
   */
  public TourbillonTaskSchedulerBuilder errorHandler(ErrorHandler errorHandler) {
    this.errorHandler = Objects.requireNonNull(errorHandler, "errorHandler");
    return this;
  }

  /**
   * Sets the clock by which start times and triggers are turned into delays. The default is the
   * system's, which is followed also if it is set; with a clock of yours, a task waits for the
   * length of time that was left when it was scheduled.
   */
  public TourbillonTaskSchedulerBuilder clock(Clock clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets the clock of the timers. With a {@link VirtualClock}, tests of schedules need not wait:
   * its wall clock, in the time zone of the system, is then the clock of triggers as well.
   */
  public TourbillonTaskSchedulerBuilder timerClock(io.tourbillon.timer.Clock timerClock) {
    this.timerClock = Objects.requireNonNull(timerClock, "timerClock");
    return this;
  }

  /**
   * Sets what wraps each task when it is scheduled, for example to carry context to it. It is given
   * the execution of the task, with its error handling; for a triggered task, each run anew.
   */
  public TourbillonTaskSchedulerBuilder taskDecorator(TaskDecorator taskDecorator) {
    this.taskDecorator = Objects.requireNonNull(taskDecorator, "taskDecorator");
    return this;
  }

  /**
   * Sets the context class loader of the threads. The default is the one that has loaded this
   * class, which in a program that restarts with developer tools is not the one of the application.
   */
  public TourbillonTaskSchedulerBuilder classLoader(ClassLoader classLoader) {
    this.classLoader = Objects.requireNonNull(classLoader, "classLoader");
    return this;
  }

  /**
   * Sets how long a shutdown waits for tasks that run before it interrupts them; 10 s by default.
   *
   * @param grace zero interrupts at once
   * @throws IllegalArgumentException if it is negative
   */
  public TourbillonTaskSchedulerBuilder closeGrace(Duration grace) {
    if (grace.isNegative()) {
      throw new IllegalArgumentException("closeGrace must not be negative: " + grace);
    }
    this.closeGrace = grace;
    return this;
  }

  /**
   * Sets the phase in which a context stops the scheduler; {@link ShutdownPhases#TASK_SCHEDULER} by
   * default.
   */
  public TourbillonTaskSchedulerBuilder phase(int phase) {
    this.phase = phase;
    return this;
  }

  /**
   * Sets options of the timer service, such as its tick, a listener or an executor of your own.
   * Each call adds to the ones before.
   */
  public TourbillonTaskSchedulerBuilder timers(Consumer<? super TimerService.Builder> options) {
    timerOptions.add(Objects.requireNonNull(options, "options"));
    return this;
  }

  /** Builds the scheduler, which accepts tasks at once. */
  public TourbillonTaskScheduler build() {
    ClassLoader loader =
        classLoader == null ? TourbillonTaskSchedulerBuilder.class.getClassLoader() : classLoader;
    TimerService.Builder timers = TimerService.builder();
    timers.threadFactory(TaskExecutors.driver(threadNamePrefix + "driver", !keepAlive, loader));
    ExecutorService ownThreads =
        switch (threads) {
          case DRIVER -> null;
          case VIRTUAL -> TaskExecutors.virtual(threadNamePrefix, concurrencyLimit, loader);
          case PLATFORM -> TaskExecutors.platform(threadNamePrefix, concurrencyLimit, loader);
        };
    if (ownThreads != null) {
      timers.executor(ownThreads);
    }
    if (timerClock != null) {
      timers.clock(timerClock);
    }
    if (taskDecorator != null) {
      timers.decorator(taskDecorator::decorate);
    }
    timerOptions.forEach(each -> each.accept(timers));
    return new TourbillonTaskScheduler(this, timers, ownThreads);
  }

  Clock effectiveClock() {
    if (clock != null) {
      return clock;
    }
    return timerClock instanceof VirtualClock virtual
        ? virtual.wallClock().withZone(ZoneId.systemDefault())
        : Clock.system(ZoneId.systemDefault());
  }
}
