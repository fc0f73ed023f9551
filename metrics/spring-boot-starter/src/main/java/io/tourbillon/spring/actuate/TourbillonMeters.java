package io.tourbillon.spring.actuate;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tourbillon.metrics.CoroutineMetrics;
import io.tourbillon.metrics.DurableMetrics;
import io.tourbillon.metrics.TimerMetrics;
import java.util.ArrayList;
import java.util.List;

/**
 * Binds the meters of all services of a context, each with the name of its bean as a tag: {@code
 * timers} for timer services, {@code scheduler} for coroutine schedulers, {@code durable} for
 * durable timers.
 */
public final class TourbillonMeters implements MeterBinder, AutoCloseable {
  private final List<TimerMetrics> timers = new ArrayList<>();
  private final List<CoroutineMetrics> coroutines = new ArrayList<>();
  private final List<DurableMetrics> durable = new ArrayList<>();

  /** Creates a binder for these services. */
  public TourbillonMeters(Services services) {
    services
        .timers()
        .forEach((name, each) -> timers.add(new TimerMetrics(each, Tags.of("timers", name))));
    services
        .schedulers()
        .forEach(
            (name, each) -> coroutines.add(new CoroutineMetrics(each, Tags.of("scheduler", name))));
    services
        .durable()
        .forEach((name, each) -> durable.add(new DurableMetrics(each, Tags.of("durable", name))));
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    timers.forEach(each -> each.bindTo(registry));
    coroutines.forEach(each -> each.bindTo(registry));
    durable.forEach(each -> each.bindTo(registry));
  }

  /**
   * Removes the meters, so that a registry that outlives the context does not keep it in memory.
   */
  @Override
  public void close() {
    timers.forEach(TimerMetrics::close);
    coroutines.forEach(CoroutineMetrics::close);
    durable.forEach(DurableMetrics::close);
  }
}
