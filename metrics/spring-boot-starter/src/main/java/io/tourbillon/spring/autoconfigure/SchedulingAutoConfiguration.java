package io.tourbillon.spring.autoconfigure;

import io.tourbillon.spring.TourbillonTaskScheduler;
import io.tourbillon.spring.TourbillonTaskSchedulerBuilder;
import io.tourbillon.spring.TourbillonTaskSchedulerCustomizer;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.CompositeTaskDecorator;
import org.springframework.scheduling.TaskScheduler;

/**
 * A {@link TourbillonTaskScheduler} for {@code @Scheduled} methods, if {@code
 * tourbillon.scheduling.enabled} is set. It takes the place of the scheduler that Spring Boot makes
 * by default, and gives way to one of the program, as that does.
 */
@AutoConfiguration(before = TaskSchedulingAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "tourbillon.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("tourbillon.scheduling.enabled")
@ConditionalOnMissingBean({TaskScheduler.class, ScheduledExecutorService.class})
@EnableConfigurationProperties(SchedulingProperties.class)
public final class SchedulingAutoConfiguration {
  private static final String PREFIX = "tourbillon.scheduling.";

  /** The name is the one by which Spring finds the scheduler if there are others. */
  @Bean
  TourbillonTaskScheduler taskScheduler(
      SchedulingProperties properties,
      ResourceLoader resources,
      ObjectProvider<Clock> clock,
      ObjectProvider<TaskDecorator> decorators,
      ObjectProvider<TourbillonTaskSchedulerCustomizer> customizers) {
    TourbillonTaskSchedulerBuilder builder =
        TourbillonTaskScheduler.builder()
            .threads(properties.threads())
            .threadNamePrefix(properties.threadNamePrefix())
            .keepAlive(properties.keepAlive())
            .classLoader(ClassLoaders.of(resources))
            .timers(timers -> configure(timers, properties));
    Setting.pass(
        PREFIX + "concurrency-limit", properties.concurrencyLimit(), builder::concurrencyLimit);
    Setting.pass(PREFIX + "close-grace", properties.closeGrace(), builder::closeGrace);
    clock.ifUnique(builder::timerClock);
    List<TaskDecorator> all = decorators.orderedStream().toList();
    if (!all.isEmpty()) {
      builder.taskDecorator(new CompositeTaskDecorator(all));
    }
    customizers.orderedStream().forEach(each -> each.customize(builder));
    return builder.build();
  }

  private static void configure(TimerService.Builder timers, SchedulingProperties properties) {
    Setting.pass(PREFIX + "tick", properties.tick(), timers::tick);
    Setting.pass(PREFIX + "watchdog", properties.watchdog(), timers::watchdog);
    timers.recordStats(properties.recordStats());
  }
}
