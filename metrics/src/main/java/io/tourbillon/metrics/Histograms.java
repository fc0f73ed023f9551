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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Registers a distribution in the form that suits a registry: as a histogram with Prometheus, and
 * as count, sum, maximum and percentiles with any other.
 *
 * @param <S> the type of the snapshots
 */
final class Histograms<S> {
  /** The names of the percentile gauges and of their tag are those that Micrometer uses. */
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
   * Registers the distribution.
   *
   * @param undo receives the actions that remove what was registered, even if this method throws
   */
  void register(MeterRegistry registry, Tags tags, List<Runnable> undo) {
    register(registry, meter.name(), tags, undo);
  }

  /**
   * A composite registry has filters but no values. So this registers the distribution with each
   * child, under the name and the tags that the filters of the composite make of it. A child that
   * is added later has no histograms.
   */
  private void register(
      MeterRegistry registry, String name, Iterable<Tag> tags, List<Runnable> undo) {
    if (registry instanceof CompositeMeterRegistry composite) {
      // The probe has a name of its own, because its removal also removes a meter with its name
      // from each child.
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

  /** Compares names, because the class may be missing. */
  static boolean isPrometheus(MeterRegistry registry) {
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
    Consumer<Meter> made =
        registered -> {
          if (!others.contains(registered)) {
            undo.add(() -> registry.remove(registered));
          }
        };
    made.accept(
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
    made.accept(
        TimeGauge.builder(name + ".max", recent, TimeUnit.NANOSECONDS, same -> recent.maxNanos())
            .description(meter.description() + ": maximum of the last one to two minutes")
            .tags(tags)
            .register(registry));
    for (double percentile : PERCENTILES) {
      made.accept(
          TimeGauge.builder(
                  name + ".percentile",
                  recent,
                  TimeUnit.NANOSECONDS,
                  same -> recent.nanosAtPercentile(percentile * 100))
              .description(meter.description() + ": percentiles of the last one to two minutes")
              .tags(tags)
              .tag("phi", Double.toString(percentile))
              .register(registry));
    }
  }

  private Distribution current() {
    return meter.nanos().apply(snapshots.get());
  }
}
