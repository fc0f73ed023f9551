package io.tourbillon.spring.autoconfigure;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.spring.TourbillonTaskScheduler;
import io.tourbillon.spring.actuate.Services;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.durable.DurableTimers;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Collects the services of the context, those of the program among them. */
@AutoConfiguration(
    after = {
      TimersAutoConfiguration.class,
      CoroutinesAutoConfiguration.class,
      SchedulingAutoConfiguration.class
    })
@ConditionalOnBooleanProperty(name = "tourbillon.enabled", matchIfMissing = true)
@EnableConfigurationProperties(TourbillonProperties.class)
public final class ServicesAutoConfiguration {
  @Bean
  Services tourbillonServices(
      Map<String, TimerService> timers,
      Map<String, CoroutineScheduler> schedulers,
      Map<String, TourbillonTaskScheduler> taskSchedulers,
      Map<String, DurableTimers> durable) {
    return Services.of(timers, schedulers, taskSchedulers, durable);
  }
}
