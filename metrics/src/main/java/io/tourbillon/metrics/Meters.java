package io.tourbillon.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Registers meters that read snapshots with one registry, and takes them back.
 *
 * <p>Micrometer's meters hold what they read weakly. Here the functions, which they hold strongly,
 * refer to it, too: it lives for as long as its meters are registered, and nobody has to keep the
 * binder.
 *
 * <p>One thread at a time.
 *
 * @param <S> what kind of snapshot
 */
final class Meters<S> {
  private static final double NANOS_PER_SECOND = 1e9;

  private final MeterRegistry registry;
  private final Snapshots<S> snapshots;
  private final Tags tags;
  private final List<Runnable> undo = new ArrayList<>();

  Meters(MeterRegistry registry, Snapshots<S> snapshots, Iterable<Tag> tags) {
    this.registry = registry;
    this.snapshots = snapshots;
    this.tags = Tags.of(tags);
  }

  /** With the tags that distinguish it from others of its name, key and value in turn. */
  void counter(String name, String description, ToDoubleFunction<S> count, String... own) {
    counter(name, description, null, count, own);
  }

  void secondsCounter(String name, String description, ToDoubleFunction<S> nanos, String... own) {
    counter(name, description, "seconds", s -> nanos.applyAsDouble(s) / NANOS_PER_SECOND, own);
  }

  void gauge(String name, String description, ToDoubleFunction<S> value, String... own) {
    keep(
        Gauge.builder(name, snapshots, same -> value.applyAsDouble(snapshots.get()))
            .description(description)
            .tags(tags.and(own))
            .register(registry));
  }

  void histogram(Distribution<S> distribution) {
    undo.add(new Histograms<>(snapshots, distribution).register(registry, tags));
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

  private void keep(Meter meter) {
    undo.add(() -> registry.remove(meter));
  }
}
