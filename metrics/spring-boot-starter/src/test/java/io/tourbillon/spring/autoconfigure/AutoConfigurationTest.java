package io.tourbillon.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.metrics.internal.health.Condition;
import io.tourbillon.spring.CoroutineSchedulerBuilderCustomizer;
import io.tourbillon.spring.TimerServiceBuilderCustomizer;
import io.tourbillon.spring.TourbillonTaskScheduler;
import io.tourbillon.spring.TourbillonTaskSchedulerCustomizer;
import io.tourbillon.spring.actuate.TourbillonEndpoint;
import io.tourbillon.spring.actuate.TourbillonHealthIndicator;
import io.tourbillon.spring.actuate.TourbillonMeters;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import io.tourbillon.timer.durable.DurableTimers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskSchedulingAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.ClassUtils;

@Timeout(60)
class AutoConfigurationTest {
  private final ApplicationContextRunner runner = runner();
  private final CompletableFuture<Thread> ranOn = new CompletableFuture<>();

  /** Runs contexts with all auto-configurations of the starter, as Spring Boot finds them. */
  static ApplicationContextRunner runner() {
    Class<?>[] ours =
        ImportCandidates.load(
                org.springframework.boot.autoconfigure.AutoConfiguration.class,
                AutoConfigurationTest.class.getClassLoader())
            .getCandidates()
            .stream()
            .filter(name -> name.startsWith("io.tourbillon."))
            .map(name -> ClassUtils.resolveClassName(name, null))
            .toArray(Class<?>[]::new);
    assertThat(ours).hasSize(7);
    return new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(ours))
        .withConfiguration(AutoConfigurations.of(TaskSchedulingAutoConfiguration.class))
        .withPropertyValues("tourbillon.coroutines.loops=1");
  }

  @Test
  void context_withoutProperties_hasTimersAndCoroutines_andTheSchedulerOfSpringBoot() {
    runner
        .withUserConfiguration(Scheduling.class)
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).hasSingleBean(TimerService.class);
              assertThat(context).hasSingleBean(CoroutineScheduler.class);
              assertThat(context)
                  .getBean(TaskScheduler.class)
                  .isInstanceOf(ThreadPoolTaskScheduler.class);
              assertThat(context.getBean(TimerService.class).stats().recorded()).isTrue();
              assertThat(context.getBean(TimerService.class).stats().maxPending())
                  .isEqualTo(Long.MAX_VALUE);
              assertThat(context).hasSingleBean(TourbillonHealthIndicator.class);
              assertThat(context).doesNotHaveBean(TourbillonMeters.class);
              assertThat(context).doesNotHaveBean(TourbillonEndpoint.class);
            });
  }

  @Test
  void switches_leaveOutWhatTheySay() {
    runner
        .withPropertyValues("tourbillon.enabled=false", "tourbillon.scheduling.enabled=true")
        .run(
            context -> {
              assertThat(context).doesNotHaveBean(TimerService.class);
              assertThat(context).doesNotHaveBean(CoroutineScheduler.class);
              assertThat(context).doesNotHaveBean(TaskScheduler.class);
              assertThat(context).doesNotHaveBean(TourbillonHealthIndicator.class);
            });
    runner
        .withPropertyValues("tourbillon.timers.enabled=false")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).doesNotHaveBean(TimerService.class);
              assertThat(context).hasSingleBean(CoroutineScheduler.class);
            });
    runner
        .withPropertyValues("tourbillon.coroutines.enabled=false")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).hasSingleBean(TimerService.class);
              assertThat(context).doesNotHaveBean(CoroutineScheduler.class);
            });
    runner
        .withPropertyValues("management.health.tourbillon.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean(TourbillonHealthIndicator.class));
  }

  @Test
  void beansOfTheProgram_areUsedInPlaceOfOurs() {
    runner
        .withUserConfiguration(OwnServices.class)
        .withPropertyValues("tourbillon.timers.tick=1us") // Would be refused.
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).hasSingleBean(TimerService.class).hasBean("mine");
              assertThat(context).hasSingleBean(CoroutineScheduler.class).hasBean("myCoroutines");
              assertThat(context).doesNotHaveBean("tourbillonTimersLifecycle");
            });
  }

  @Test
  void properties_reachTheTimers() {
    runner
        .withPropertyValues(
            "tourbillon.timers.tick=2ms",
            "tourbillon.timers.spin=50us",
            "tourbillon.timers.max-pending=7",
            "tourbillon.timers.name=clockwork",
            "tourbillon.timers.threads=virtual",
            "tourbillon.timers.concurrency-limit=3",
            "tourbillon.timers.watchdog=1s",
            "tourbillon.timers.pause-threshold=2s",
            "tourbillon.timers.record-stats=false",
            "tourbillon.timers.record-creation-sites=true",
            "tourbillon.timers.close-grace=1s")
        .run(
            context -> {
              TimerService timers = context.getBean(TimerService.class);
              assertThat(timers.stats().tickNanos()).isEqualTo(2_000_000);
              assertThat(timers.stats().maxPending()).isEqualTo(7);
              assertThat(timers.stats().recorded()).isFalse();
              assertThat(timers.after(Duration.ofHours(1))).isNotDone();
              assertThat(timers.dump().byCreationSite()).hasSize(1);
              assertThat(Thread.getAllStackTraces().keySet())
                  .anyMatch(thread -> thread.getName().equals("clockwork"));
              timers.schedule(Duration.ZERO, () -> ranOn.complete(Thread.currentThread()));
              Thread task = ranOn.get(10, TimeUnit.SECONDS);
              assertThat(task.isVirtual()).isTrue();
              assertThat(task.getName()).startsWith("clockwork-task-");
            });
  }

  @Test
  void tasks_haveTheClassLoaderOfTheApplication() {
    ClassLoader application = new ClassLoader(getClass().getClassLoader()) {};
    runner
        .withClassLoader(application)
        .run(
            context -> {
              context
                  .getBean(TimerService.class)
                  .schedule(Duration.ZERO, () -> ranOn.complete(Thread.currentThread()));
              assertThat(ranOn.get(10, TimeUnit.SECONDS).getContextClassLoader())
                  .isSameAs(application);
            });
  }

  @Test
  void properties_reachTheCoroutines() {
    runner
        .withPropertyValues(
            "tourbillon.coroutines.loops=2",
            "tourbillon.coroutines.engine=handoff",
            "tourbillon.coroutines.name=worker",
            "tourbillon.coroutines.tick=5ms",
            "tourbillon.coroutines.watchdog=1s",
            "tourbillon.coroutines.budget=1ms",
            "tourbillon.coroutines.blocking-threads=5",
            "tourbillon.coroutines.policy=priority",
            "tourbillon.coroutines.priority-step=3ms",
            "tourbillon.coroutines.record-stats=false",
            "tourbillon.coroutines.record-creation-sites=true",
            "tourbillon.coroutines.close-grace=1s")
        .run(
            context -> {
              CoroutineScheduler scheduler = context.getBean(CoroutineScheduler.class);
              assertThat(scheduler.engine()).isEqualTo(Engine.HANDOFF);
              assertThat(scheduler.stats().loops()).hasSize(2);
              assertThat(scheduler.stats().loops().getFirst().name()).startsWith("worker");
              assertThat(scheduler.stats().tickNanos()).isEqualTo(5_000_000);
              assertThat(scheduler.stats().recorded()).isFalse();
              assertThat(scheduler.spawn(() -> 42).join()).isEqualTo(42);
            });
  }

  @Test
  void policies_areAllThere() {
    for (CoroutinesProperties.Policy policy : CoroutinesProperties.Policy.values()) {
      runner
          .withPropertyValues("tourbillon.coroutines.policy=" + policy)
          .run(context -> assertThat(context).hasNotFailed());
    }
  }

  @Test
  void customizers_haveTheLastWord_inTheirOrder() {
    runner
        .withUserConfiguration(Customizers.class)
        .withPropertyValues(
            "tourbillon.timers.tick=2ms",
            "tourbillon.coroutines.tick=2ms",
            "tourbillon.scheduling.enabled=true",
            "tourbillon.scheduling.tick=2ms")
        .run(
            context -> {
              assertThat(context.getBean(TimerService.class).stats().tickNanos())
                  .isEqualTo(4_000_000);
              assertThat(context.getBean(CoroutineScheduler.class).stats().tickNanos())
                  .isEqualTo(5_000_000);
              assertThat(
                      context.getBean(TourbillonTaskScheduler.class).timers().stats().tickNanos())
                  .isEqualTo(6_000_000);
            });
  }

  @Test
  void scheduling_ifEnabled_replacesTheSchedulerOfSpringBoot() {
    runner
        .withUserConfiguration(Scheduling.class)
        .withPropertyValues("tourbillon.scheduling.enabled=true")
        .run(
            context -> {
              assertThat(context)
                  .getBean("taskScheduler")
                  .isInstanceOf(TourbillonTaskScheduler.class);
              assertThat(context).hasSingleBean(TaskScheduler.class);
              // The timers of the scheduler are no candidates for injection.
              assertThat(context).hasSingleBean(TimerService.class);
            });
  }

  @Test
  void scheduling_givesWayToASchedulerOfTheProgram() {
    ApplicationContextRunner enabled =
        runner.withPropertyValues("tourbillon.scheduling.enabled=true");
    enabled
        .withBean("mine", TaskScheduler.class, ThreadPoolTaskScheduler::new)
        .run(context -> assertThat(context).doesNotHaveBean(TourbillonTaskScheduler.class));
    enabled
        .withBean(ScheduledExecutorService.class, () -> Executors.newScheduledThreadPool(1))
        .run(context -> assertThat(context).doesNotHaveBean(TourbillonTaskScheduler.class));
  }

  @Test
  void clockBean_isTheClockOfAllServices() {
    VirtualClock clock = new VirtualClock();
    runner
        .withBean(VirtualClock.class, () -> clock)
        .withPropertyValues("tourbillon.scheduling.enabled=true")
        .run(
            context -> {
              clock.advance(Duration.ofDays(1));
              assertThat(context.getBean(TaskScheduler.class).getClock().instant())
                  .isEqualTo(clock.wallClock().instant());
              TimerService timers = context.getBean(TimerService.class);
              var hour = timers.after(Duration.ofHours(1));
              clock.advance(Duration.ofHours(1));
              assertThat(hour).isDone();
            });
  }

  @Test
  void starter_withoutTheActuator_works() {
    runner
        .withClassLoader(
            new FilteredClassLoader(
                "org.springframework.boot.actuate",
                "org.springframework.boot.health",
                "org.springframework.boot.micrometer"))
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              assertThat(context).hasSingleBean(TimerService.class);
              assertThat(context).doesNotHaveBean("tourbillonHealthIndicator");
            });
  }

  @Test
  void meters_ofAllServices_areBoundAndRemoved() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    runner
        .withBean(MeterRegistry.class, () -> registry)
        .withPropertyValues("tourbillon.scheduling.enabled=true")
        .run(
            context -> {
              context.getBean(TourbillonMeters.class).bindTo(registry);
              assertThat(registry.find("tourbillon.timer.pending").gauges())
                  .extracting(gauge -> gauge.getId().getTag("timers"))
                  .contains("timerService", "coroutineScheduler", "taskScheduler");
              assertThat(registry.getMeters())
                  .anyMatch(
                      meter -> "coroutineScheduler".equals(meter.getId().getTag("scheduler")));
            });
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void durableTimers_thatAreBeans_haveMetersAndHealth(@TempDir Path folder) {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    runner
        .withBean(MeterRegistry.class, () -> registry)
        .withBean(
            "orderTimers",
            DurableTimers.class,
            () ->
                DurableTimers.open(folder.resolve("orders.db")).handler("expiry", _ -> {}).build())
        .run(
            context -> {
              context.getBean(TourbillonMeters.class).bindTo(registry);
              assertThat(
                      registry
                          .get("tourbillon.durable.shards.owned")
                          .tag("durable", "orderTimers")
                          .gauge()
                          .value())
                  .isEqualTo(1);
              TourbillonHealthIndicator indicator =
                  context.getBean(TourbillonHealthIndicator.class);
              assertThat(indicator.health().getDetails())
                  .containsEntry("durable timers orderTimers", Condition.UP);
              context.getBean(DurableTimers.class).close();
              assertThat(indicator.health().getStatus()).isEqualTo(Status.DOWN);
            });
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void endpoint_isThereIfItIsExposed() {
    runner
        .withConfiguration(AutoConfigurations.of(EndpointAutoConfiguration.class))
        .withPropertyValues("management.endpoints.web.exposure.include=tourbillon")
        .run(context -> assertThat(context).hasSingleBean(TourbillonEndpoint.class));
  }

  @Configuration(proxyBeanMethods = false)
  @EnableScheduling
  static class Scheduling {}

  @Configuration(proxyBeanMethods = false)
  static class OwnServices {
    @Bean
    TimerService mine() {
      return TimerService.create();
    }

    @Bean
    CoroutineScheduler myCoroutines() {
      return CoroutineScheduler.builder().loops(1).engine(Engine.HANDOFF).build();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Customizers {
    @Bean
    @Order(2)
    TimerServiceBuilderCustomizer second() {
      return builder -> builder.tick(Duration.ofMillis(4));
    }

    @Bean
    @Order(1)
    TimerServiceBuilderCustomizer first() {
      return builder -> builder.tick(Duration.ofMillis(3));
    }

    @Bean
    CoroutineSchedulerBuilderCustomizer coroutines() {
      return builder -> builder.tick(Duration.ofMillis(5));
    }

    @Bean
    TourbillonTaskSchedulerCustomizer tasks() {
      return builder -> builder.timers(timers -> timers.tick(Duration.ofMillis(6)));
    }
  }
}
