package io.tourbillon.spring.autoconfigure;

import io.tourbillon.spring.ShutdownPhases;
import io.tourbillon.spring.TimerServiceBuilderCustomizer;
import io.tourbillon.spring.internal.TaskExecutors;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;

/**
 * A {@link TimerService} bean, unless the program has one of its own. If there is a bean of the
 * type {@link Clock}, such as a {@link io.tourbillon.timer.VirtualClock} of a test, the service
 * goes by it.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(
    name = {"tourbillon.enabled", "tourbillon.timers.enabled"},
    matchIfMissing = true)
@ConditionalOnMissingBean(TimerService.class)
@EnableConfigurationProperties(TimersProperties.class)
public final class TimersAutoConfiguration {
  private static final String PREFIX = "tourbillon.timers.";

  /** Holds the threads of tasks, so that they are ended after the service that uses them. */
  @Bean
  TimerTaskThreads tourbillonTimerTaskThreads(
      TimersProperties properties, ResourceLoader resources) {
    ClassLoader loader = ClassLoaders.of(resources);
    String namePrefix = properties.name() + "-task-";
    return Setting.pass(
        PREFIX + "concurrency-limit",
        properties.concurrencyLimit(),
        limit ->
            new TimerTaskThreads(
                switch (properties.threads()) {
                  case DRIVER -> null;
                  case VIRTUAL -> TaskExecutors.virtual(namePrefix, limit, loader);
                  case PLATFORM -> TaskExecutors.platform(namePrefix, limit, loader);
                }));
  }

  @Bean
  TimerService timerService(
      TimersProperties properties,
      TimerTaskThreads threads,
      ResourceLoader resources,
      ObjectProvider<Clock> clock,
      ObjectProvider<TimerServiceBuilderCustomizer> customizers) {
    TimerService.Builder builder = TimerService.builder();
    Setting.pass(PREFIX + "tick", properties.tick(), builder::tick);
    Setting.pass(PREFIX + "spin", properties.spin(), builder::spin);
    if (properties.maxPending() != TaskExecutors.UNLIMITED) {
      Setting.pass(PREFIX + "max-pending", properties.maxPending(), builder::maxPending);
    }
    if (properties.watchdog() != null) {
      Setting.pass(PREFIX + "watchdog", properties.watchdog(), builder::watchdog);
    }
    Setting.pass(PREFIX + "pause-threshold", properties.pauseThreshold(), builder::pauseThreshold);
    Setting.pass(PREFIX + "close-grace", properties.closeGrace(), builder::closeGrace);
    builder.recordStats(properties.recordStats());
    if (properties.recordCreationSites()) {
      builder.recordCreationSites();
    }
    builder.threadFactory(
        TaskExecutors.driver(properties.name(), true, ClassLoaders.of(resources)));
    if (threads.executor() != null) {
      builder.executor(threads.executor());
    }
    clock.ifUnique(builder::clock);
    customizers.orderedStream().forEach(each -> each.customize(builder));
    return builder.build();
  }

  @Bean
  OrderlyClose tourbillonTimersLifecycle(TimerService timers) {
    return new OrderlyClose(ShutdownPhases.TIMERS, timers::close);
  }

  /**
   * The threads on which tasks run.
   *
   * @param executor null for the driver
   */
  record TimerTaskThreads(@Nullable ExecutorService executor) implements AutoCloseable {
    /** Ends the threads. The tasks have ended, or were interrupted and have not heeded it. */
    @Override
    public void close() {
      if (executor != null) {
        executor.shutdown();
      }
    }
  }
}
