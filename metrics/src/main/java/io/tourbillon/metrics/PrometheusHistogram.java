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
 * A true histogram, cumulative and with fixed buckets, which a fleet can add up. Micrometer has
 * none that is read lazily, so this one goes to the registry of the Prometheus client that is below
 * Micrometer's.
 *
 * <p>Beside it stands a meter of Micrometer's, its mark, of the same name and without values. The
 * mark shows what common tags and filters make of the name, can be found in the registry, and where
 * it is removed the histogram goes with it.
 *
 * <p>Among the binders no other class knows Prometheus, which need not be on the class path: this
 * one must not be touched before it is known to be there.
 */
final class PrometheusHistogram implements Collector {
  /**
   * By registry and mark. A registry never lets go of who listens to it, so each is listened to
   * once. What is kept here of a registry does not refer to it.
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
   * Registers a histogram, unless a filter denies it, or there is one of its name and tags: as with
   * other meters, the first one stays.
   *
   * @return takes it back
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

  /** Histograms of a registry go where their marks are removed, by whomever. */
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

  /** Equal to itself alone, so that a mark is told from one that was there before. */
  private static final class NoValues implements Iterable<Measurement> {
    @Override
    public Iterator<Measurement> iterator() {
      return Collections.emptyIterator();
    }
  }
}
