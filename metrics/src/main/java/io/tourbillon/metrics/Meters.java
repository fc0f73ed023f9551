package io.tourbillon.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Registers meters with one registry, and removes them. The meters read snapshots.
 *
 * <p>A meter of Micrometer refers only weakly to the object that it reads. But it refers strongly
 * to its function, and the functions here refer to that object, too. So the object lives as long as
 * its meters are registered, and nobody has to keep the binder.
 *
 * <p>Only one thread at a time may use it.
 *
 * @param <S> the type of the snapshots
 */
final class Meters<S> {
  private static final double NANOS_PER_SECOND = 1e9;

  private final MeterRegistry registry;
  private final Snapshots<S> snapshots;
  private final Tags tags;
  private final List<Runnable> undo = new ArrayList<>();

  /**
   * Meters that others have registered. To register an equal meter returns the existing one, which
   * this class must not remove.
   */
  private final Set<Meter> others = Collections.newSetFromMap(new IdentityHashMap<>());

  Meters(MeterRegistry registry, Snapshots<S> snapshots, Iterable<Tag> tags) {
    this.registry = registry;
    this.snapshots = snapshots;
    this.tags = Tags.of(tags);
    others.addAll(registry.getMeters());
  }

  /**
   * Registers a counter with tags of its own, keys and values in turn, which distinguish it from
   * other meters of its name.
   */
  void counter(String name, String description, ToDoubleFunction<S> count, String... own) {
    counter(name, description, null, count, own);
  }

  void secondsCounter(String name, String description, ToDoubleFunction<S> nanos, String... own) {
    counter(name, description, "seconds", s -> nanos.applyAsDouble(s) / NANOS_PER_SECOND, own);
  }

  void gauge(String name, String description, ToDoubleFunction<S> value, String... own) {
    gauge(name, description, null, value, own);
  }

  void secondsGauge(String name, String description, ToDoubleFunction<S> nanos) {
    gauge(name, description, "seconds", s -> nanos.applyAsDouble(s) / NANOS_PER_SECOND);
  }

  void histogram(HistogramMeter<S> meter) {
    new Histograms<>(snapshots, meter).register(registry, tags, undo);
  }

  void removeAll() {
    undo.forEach(Runnable::run);
    undo.clear();
  }

  private void counter(
      String name,
      String description,
      @Nullable String unit,
      ToDoubleFunction<S> count,
      String... own) {
    keep(
        FunctionCounter.builder(name, snapshots, same -> count.applyAsDouble(snapshots.get()))
            .description(description)
            .baseUnit(unit)
            .tags(tags.and(own))
            .register(registry));
  }

  private void gauge(
      String name,
      String description,
      @Nullable String unit,
      ToDoubleFunction<S> value,
      String... own) {
    keep(
        Gauge.builder(name, snapshots, same -> value.applyAsDouble(snapshots.get()))
            .description(description)
            .baseUnit(unit)
            .tags(tags.and(own))
            .register(registry));
  }

  private void keep(Meter meter) {
    if (!others.contains(meter)) {
      undo.add(() -> registry.remove(meter));
    }
  }
}
