package io.tourbillon.spring.autoconfigure;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.spring.CoroutineSchedulerBuilderCustomizer;
import io.tourbillon.spring.ShutdownPhases;
import io.tourbillon.timer.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * A {@link CoroutineScheduler} bean, unless the program has one of its own. If there is a bean of
 * the type {@link Clock}, such as a {@link io.tourbillon.timer.VirtualClock} of a test, the
 * scheduler goes by it.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(
    name = {"tourbillon.enabled", "tourbillon.coroutines.enabled"},
    matchIfMissing = true)
@ConditionalOnMissingBean(CoroutineScheduler.class)
@EnableConfigurationProperties(CoroutinesProperties.class)
public final class CoroutinesAutoConfiguration {
  private static final String PREFIX = "tourbillon.coroutines.";
  private static final System.Logger LOG = System.getLogger("io.tourbillon.spring");

  @Bean
  OrderlyClose tourbillonCoroutinesLifecycle() {
    return new OrderlyClose(ShutdownPhases.COROUTINES);
  }

  @Bean(destroyMethod = "")
  CoroutineScheduler coroutineScheduler(
      CoroutinesProperties properties,
      @Qualifier("tourbillonCoroutinesLifecycle") OrderlyClose lifecycle,
      ObjectProvider<Clock> clock,
      ObjectProvider<CoroutineSchedulerBuilderCustomizer> customizers) {
    CoroutineScheduler.Builder builder = CoroutineScheduler.builder();
    if (properties.loops() != null) {
      Setting.pass(PREFIX + "loops", properties.loops(), builder::loops);
    }
    Setting.pass(PREFIX + "name", properties.name(), builder::name);
    Setting.pass(PREFIX + "tick", properties.tick(), builder::tick);
    Setting.pass(PREFIX + "watchdog", properties.watchdog(), builder::watchdog);
    Setting.pass(PREFIX + "budget", properties.budget(), builder::budget);
    Setting.pass(
        PREFIX + "blocking-threads", properties.blockingThreads(), builder::blockingThreads);
    Setting.pass(PREFIX + "close-grace", properties.closeGrace(), builder::closeGrace);
    builder.policy(policy(properties));
    builder.recordStats(properties.recordStats());
    if (properties.recordCreationSites()) {
      builder.recordCreationSites();
    }
    Engine engine = properties.engine();
    if (engine != null) {
      builder.engine(available(engine));
    }
    clock.ifUnique(builder::clock);
    customizers.orderedStream().forEach(each -> each.customize(builder));
    CoroutineScheduler scheduler = builder.build();
    if (engine == null && !Engine.VIRTUAL_THREAD.isAvailable()) {
      advise(scheduler.engine());
    }
    lifecycle.closeBy(() -> close(scheduler));
    return scheduler;
  }

  private static void close(CoroutineScheduler scheduler) {
    try {
      scheduler.close();
    } catch (IllegalStateException _) {
      // One of its own coroutines closes the context. Nobody can wait for that one here.
      Thread.ofPlatform().daemon().name("coroutines-close").start(scheduler::close);
    }
  }

  /**
   * Returns the engine that was asked for.
   *
   * @throws EngineUnavailableException if this JVM cannot run it
   */
  private static Engine available(Engine asked) {
    if (!asked.isAvailable()) {
      throw new EngineUnavailableException(asked);
    }
    return asked;
  }

  /** Says how to get the default engine, which the scheduler has warned it could not have. */
  private static void advise(Engine chosen) {
    LOG.log(
        System.Logger.Level.WARNING,
        EngineAdvice.of(Engine.VIRTUAL_THREAD)
            + "\nTo stay on the present engine without this warning, set"
            + " tourbillon.coroutines.engine="
            + EngineAdvice.name(chosen)
            + ". If the program has no coroutines, set tourbillon.coroutines.enabled=false.");
  }

  private static SchedulingPolicy policy(CoroutinesProperties properties) {
    return switch (properties.policy()) {
      case FIFO -> SchedulingPolicy.fifo();
      case ROUND_ROBIN -> SchedulingPolicy.roundRobin();
      case RANDOM -> SchedulingPolicy.random(properties.randomSeed());
      case PRIORITY ->
          Setting.pass(
              PREFIX + "priority-step", properties.priorityStep(), SchedulingPolicy::priority);
      case EARLIEST_DEADLINE ->
          Setting.pass(
              PREFIX + "deadline-horizon",
              properties.deadlineHorizon(),
              SchedulingPolicy::earliestDeadline);
    };
  }
}
