package io.tourbillon.metrics;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.noop.NoopMeter;
import io.tourbillon.timer.Distribution;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Registers a distribution in the form that suits a registry: a histogram where there is
 * Prometheus, and elsewhere count and sum, maximum and percentiles.
 *
 * @param <S> what kind of snapshot
 */
final class Histograms<S> {
  /** The names of percentiles and of their tag are those of Micrometer's own. */
  private static final List<Double> PERCENTILES = List.of(0.5, 0.9, 0.99, 0.999);

  private static final String PROMETHEUS =
      "io.micrometer.prometheusmetrics.PrometheusMeterRegistry";

  private static final String PROBE = ".probe";

  private final Snapshots<S> snapshots;
  private final HistogramMeter<S> meter;

  Histograms(Snapshots<S> snapshots, HistogramMeter<S> meter) {
    this.snapshots = snapshots;
    this.meter = meter;
  }

  /**
   * Registers it.
   *
   * @param undo gets what takes it back; also that which there is when this throws
   */
  void register(MeterRegistry registry, Tags tags, List<Runnable> undo) {
    register(registry, meter.name(), tags, undo);
  }

  /**
   * A composite has filters and no values: its children are asked, one by one, for what its filters
   * make of the name and tags. Children that come later have no histograms.
   */
  private void register(
      MeterRegistry registry, String name, Iterable<Tag> tags, List<Runnable> undo) {
    if (registry instanceof CompositeMeterRegistry composite) {
      // Under a name of its own: its removal reaches the children, and what has the real name
      // there.
      Meter probe =
          Meter.builder(name + PROBE, Meter.Type.OTHER, List.of())
              .baseUnit("seconds")
              .tags(tags)
              .register(composite);
      composite.remove(probe);
      if (!(probe instanceof NoopMeter)) {
        Meter.Id mapped = probe.getId();
        for (MeterRegistry child : List.copyOf(composite.getRegistries())) {
          register(child, withoutProbe(mapped.getName()), mapped.getTagsAsIterable(), undo);
        }
      }
    } else if (isPrometheus(registry)) {
      undo.add(PrometheusHistogram.register(registry, name, tags, meter, this::current));
    } else {
      registerSummary(registry, name, tags, undo);
    }
  }

  private static String withoutProbe(String mapped) {
    return mapped.endsWith(PROBE) ? mapped.substring(0, mapped.length() - PROBE.length()) : mapped;
  }

  /** Goes by names, as the class need not be there. */
  private static boolean isPrometheus(MeterRegistry registry) {
    for (Class<?> type = registry.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getName().equals(PROMETHEUS)) {
        return true;
      }
    }
    return false;
  }

  private void registerSummary(
      MeterRegistry registry, String name, Iterable<Tag> tags, List<Runnable> undo) {
    List<Meter> others = registry.getMeters();
    List<Meter> meters = new ArrayList<>();
    meters.add(
        FunctionTimer.builder(
                name,
                snapshots,
                same -> current().count(),
                same -> meter.ladder().sort(current()).sumSeconds(),
                TimeUnit.SECONDS)
            .description(meter.description())
            .tags(tags)
            .register(registry));
    Recent recent = new Recent(this::current, System::nanoTime);
    meters.add(
        TimeGauge.builder(name + ".max", recent, TimeUnit.NANOSECONDS, same -> recent.maxNanos())
            .description(meter.description() + ": the most in a minute or two")
            .tags(tags)
            .register(registry));
    for (double percentile : PERCENTILES) {
      meters.add(
          TimeGauge.builder(
                  name + ".percentile",
                  recent,
                  TimeUnit.NANOSECONDS,
                  same -> recent.nanosAtPercentile(percentile * 100))
              .description(meter.description() + ": percentiles of a minute or two")
              .tags(tags)
              .tag("phi", Double.toString(percentile))
              .register(registry));
    }
    meters.removeAll(others);
    meters.forEach(meter -> undo.add(() -> registry.remove(meter)));
  }

  private Distribution current() {
    return meter.nanos().apply(snapshots.get());
  }
}
