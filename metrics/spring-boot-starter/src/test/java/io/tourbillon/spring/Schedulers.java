package io.tourbillon.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.TriggerContext;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.ErrorHandler;

/**
 * The task schedulers that must behave in the same way: Spring's, and ours on each kind of thread.
 */
enum Schedulers {
  SPRING {
    @Override
    Subject start(Options options) {
      ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
      scheduler.setPoolSize(4);
      scheduler.setThreadNamePrefix("spring-");
      if (options.errorHandler() != null) {
        scheduler.setErrorHandler(options.errorHandler());
      }
      if (options.clock() != null) {
        scheduler.setClock(options.clock());
      }
      if (options.decorator() != null) {
        scheduler.setTaskDecorator(options.decorator());
      }
      scheduler.afterPropertiesSet();
      return new Subject(scheduler, scheduler, scheduler::destroy);
    }
  },
  VIRTUAL {
    @Override
    Subject start(Options options) {
      return ours(TaskThreads.VIRTUAL, options);
    }
  },
  PLATFORM {
    @Override
    Subject start(Options options) {
      return ours(TaskThreads.PLATFORM, options);
    }
  };

  abstract Subject start(Options options);

  Subject start() {
    return start(new Options(null, null, null));
  }

  private static Subject ours(TaskThreads threads, Options options) {
    TourbillonTaskSchedulerBuilder builder =
        TourbillonTaskScheduler.builder().threads(threads).closeGrace(Duration.ZERO);
    if (options.errorHandler() != null) {
      builder.errorHandler(options.errorHandler());
    }
    if (options.clock() != null) {
      builder.clock(options.clock());
    }
    if (options.decorator() != null) {
      builder.taskDecorator(options.decorator());
    }
    TourbillonTaskScheduler scheduler = builder.build();
    return new Subject(scheduler, scheduler, scheduler::close);
  }

  /** What a test sets; null for the default. */
  record Options(ErrorHandler errorHandler, Clock clock, TaskDecorator decorator) {
    static Options errors(ErrorHandler handler) {
      return new Options(handler, null, null);
    }
  }

  /** A scheduler that runs. */
  record Subject(TaskScheduler scheduler, SmartLifecycle lifecycle, Runnable ending)
      implements AutoCloseable {
    @Override
    public void close() {
      ending.run();
    }
  }

  /** A trigger that gives some times, each in a few milliseconds, and then none. */
  static Trigger times(int count, Consumer<TriggerContext> seen) {
    AtomicInteger given = new AtomicInteger();
    return context -> {
      seen.accept(context);
      return given.incrementAndGet() > count ? null : context.getClock().instant().plusMillis(5);
    };
  }

  static void await(ScheduledFuture<?> future) throws Exception {
    future.get(10, TimeUnit.SECONDS);
  }

  static void take(Semaphore semaphore, int permits) throws InterruptedException {
    assertThat(semaphore.tryAcquire(permits, 10, TimeUnit.SECONDS)).isTrue();
  }
}
