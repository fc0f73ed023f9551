package io.tourbillon.metrics;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.tourbillon.timer.Distribution;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A cumulative histogram with fixed buckets, so that the histograms of a fleet can be added up.
 * Micrometer has no such histogram that is read lazily. So this one registers with the registry of
 * the Prometheus client, which is below Micrometer's.
 *
 * <p>Each histogram has a mark: a meter of Micrometer with the same name and without values. The
 * mark shows what common tags and filters make of the name, and can be found in the registry. When
 * it is removed, the histogram is removed, too.
 *
 * <p>No other class of the binders uses Prometheus, which may be missing from the class path. So
 * this class must not be loaded unless Prometheus is known to be there.
 */
final class PrometheusHistogram implements Collector {
  /**
   * Histograms by registry and mark. A registry never removes a listener, so each registry gets
   * only one. The values of this map must not refer to the registry, because its keys are weak.
   */
  private static final Map<PrometheusMeterRegistry, Map<Meter, PrometheusHistogram>> MARKED =
      Collections.synchronizedMap(new WeakHashMap<>());

  private final MetricMetadata metadata;
  private final Labels labels;
  private final Ladder ladder;
  private final double[] boundsSeconds;

  private final Supplier<Distribution> nanos;

  private PrometheusHistogram(
      MetricMetadata metadata, Labels labels, Ladder ladder, Supplier<Distribution> nanos) {
    this.metadata = metadata;
    this.labels = labels;
    this.ladder = ladder;
    this.boundsSeconds = ladder.boundsSeconds();
    this.nanos = nanos;
  }

  /**
   * Registers a histogram, unless a filter denies it or there is one with its name and tags: the
   * first one stays, as for other meters.
   *
   * @return an action that removes the histogram
   */
  static Runnable register(
      MeterRegistry target,
      String name,
      Iterable<Tag> tags,
      HistogramMeter<?> meter,
      Supplier<Distribution> nanos) {
    PrometheusMeterRegistry registry = (PrometheusMeterRegistry) target;
    NoValues values = new NoValues();
    Meter mark =
        Meter.builder(name, Meter.Type.OTHER, values)
            .description(meter.description())
            .baseUnit("seconds")
            .tags(tags)
            .register(registry);
    if (!(mark.measure() instanceof NoValues found && found.equals(values))) {
      return () -> {};
    }
    boolean registered = false;
    try {
      PrometheusHistogram histogram =
          new PrometheusHistogram(
              new MetricMetadata(nameOf(mark.getId(), registry), meter.description()),
              labelsOf(mark.getId(), registry),
              meter.ladder(),
              nanos);
      registry.getPrometheusRegistry().register(histogram);
      MARKED.computeIfAbsent(registry, PrometheusHistogram::watch).put(mark, histogram);
      registered = true;
    } finally {
      if (!registered) {
        registry.remove(mark);
      }
    }
    return () -> registry.remove(mark);
  }

  /** Removes each histogram of a registry when its mark is removed, by any code. */
  private static Map<Meter, PrometheusHistogram> watch(PrometheusMeterRegistry registry) {
    Map<Meter, PrometheusHistogram> marked = new ConcurrentHashMap<>();
    registry
        .config()
        .onMeterRemoved(
            removed -> {
              PrometheusHistogram histogram = marked.remove(removed);
              if (histogram != null) {
                registry.getPrometheusRegistry().unregister(histogram);
              }
            });
    return marked;
  }

  private static String nameOf(Meter.Id id, MeterRegistry registry) {
    return registry.config().namingConvention().name(id.getName(), Meter.Type.TIMER, "seconds");
  }

  private static Labels labelsOf(Meter.Id id, MeterRegistry registry) {
    NamingConvention convention = registry.config().namingConvention();
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Tag tag : id.getTagsAsIterable()) {
      names.add(convention.tagKey(tag.getKey()));
      values.add(convention.tagValue(tag.getValue()));
    }
    return Labels.of(names, values);
  }

  @Override
  public MetricSnapshot collect() {
    Ladder.Rungs rungs = ladder.sort(nanos.get());
    return new HistogramSnapshot(
        metadata,
        List.of(
            new HistogramDataPointSnapshot(
                ClassicHistogramBuckets.of(boundsSeconds, rungs.counts()),
                rungs.sumSeconds(),
                labels,
                null,
                0)));
  }

  /** Equal only to itself, so that a new mark can be told from one that was registered before. */
  private static final class NoValues implements Iterable<Measurement> {
    @Override
    public Iterator<Measurement> iterator() {
      return Collections.emptyIterator();
    }
  }
}
