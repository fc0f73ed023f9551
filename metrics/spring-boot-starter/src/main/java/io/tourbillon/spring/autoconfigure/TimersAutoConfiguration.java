package io.tourbillon.spring.autoconfigure;

import io.tourbillon.spring.ShutdownPhases;
import io.tourbillon.spring.TaskThreads;
import io.tourbillon.spring.TimerServiceBuilderCustomizer;
import io.tourbillon.spring.internal.TaskExecutors;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
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

  @Bean
  OrderlyClose tourbillonTimersLifecycle() {
    return new OrderlyClose(ShutdownPhases.TIMERS);
  }

  @Bean(destroyMethod = "")
  TimerService timerService(
      TimersProperties properties,
      @Qualifier("tourbillonTimersLifecycle") OrderlyClose lifecycle,
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
    ClassLoader loader = ClassLoaders.of(resources);
    builder.threadFactory(TaskExecutors.driver(properties.name(), true, loader));
    ExecutorService tasks = tasks(properties, loader);
    if (tasks != null) {
      builder.executor(tasks);
    }
    clock.ifUnique(builder::clock);
    customizers.orderedStream().forEach(each -> each.customize(builder));
    TimerService timers = builder.build();
    lifecycle.closeBy(
        () -> {
          timers.close();
          if (tasks != null) {
            tasks.shutdown();
          }
        });
    return timers;
  }

  /** Returns where tasks run; null for the driver. */
  private static @Nullable ExecutorService tasks(TimersProperties properties, ClassLoader loader) {
    String namePrefix = properties.name() + "-task-";
    if (properties.threads() == TaskThreads.DRIVER) {
      return null;
    }
    return Setting.pass(
        PREFIX + "concurrency-limit",
        properties.concurrencyLimit(),
        limit ->
            properties.threads() == TaskThreads.VIRTUAL
                ? TaskExecutors.virtual(namePrefix, limit, loader)
                : TaskExecutors.platform(namePrefix, limit, loader));
  }
}
