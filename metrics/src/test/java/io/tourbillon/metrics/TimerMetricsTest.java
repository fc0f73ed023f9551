package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.VirtualClock;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimerMetricsTest {
  private final VirtualClock clock = new VirtualClock();
  private final TimerService timers =
      TimerService.builder()
          .clock(clock)
          .recordStats()
          .maxPending(10)
          .exceptionHandler((task, error) -> {})
          .build();
  private final SimpleMeterRegistry simple = new SimpleMeterRegistry();
  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @AfterEach
  void close() {
    timers.close();
  }

  /** Causes each event at least once, except a stall and a shutdown. */
  private void makeHistory() {
    timers.schedule(Duration.ofMillis(1), () -> {});
    timers.schedule(
        Duration.ofMillis(1),
        () -> {
          throw new IllegalStateException("on purpose");
        });
    timers.schedule(Duration.ofMillis(1), () -> {}).cancel();
    var pushedOut = timers.schedule(Duration.ofHours(1), () -> {});
    pushedOut.reschedule(Duration.ofHours(2));
    clock.jump(Duration.ofMillis(400));
    for (int i = 0; i < 9; i++) {
      timers.arm(1, TimeUnit.DAYS, () -> {});
    }
    try {
      timers.arm(1, TimeUnit.DAYS, () -> {});
    } catch (java.util.concurrent.RejectedExecutionException expected) {
      // The limit is 10.
    }
  }

  private static double value(MeterRegistry registry, String name, String... tags) {
    return registry.get(name).tags(tags).meter().measure().iterator().next().getValue();
  }

  private List<String> samples(String prefix) {
    return prometheus.scrape().lines().filter(line -> line.startsWith(prefix)).toList();
  }

  private double sample(String name) {
    String line = samples(name + " ").getFirst();
    return Double.parseDouble(line.substring(name.length() + 1));
  }

  @ParameterizedTest
  @CsvSource({
    "tourbillon.timer.scheduled, tourbillon_timer_scheduled_total, 13",
    "tourbillon.timer.cancelled, tourbillon_timer_cancelled_total, 1",
    "tourbillon.timer.rescheduled, tourbillon_timer_rescheduled_total, 1",
    "tourbillon.timer.fired, tourbillon_timer_fired_total, 2",
    "tourbillon.timer.runs, tourbillon_timer_runs_total, 2",
    "tourbillon.timer.handed.back, tourbillon_timer_handed_back_total, 0",
    "tourbillon.timer.rejected, tourbillon_timer_rejected_total, 1",
    "tourbillon.timer.exceptions, tourbillon_timer_exceptions_total, 1",
    "tourbillon.timer.pauses, tourbillon_timer_pauses_total, 1",
    "tourbillon.timer.stalls, tourbillon_timer_stalls_total, 0",
    "tourbillon.timer.pending, tourbillon_timer_pending, 10",
    "tourbillon.timer.pending.limit, tourbillon_timer_pending_limit, 10",
    "tourbillon.timer.tick, tourbillon_timer_tick_seconds, 0.001",
  })
  void value_afterEvents_isTheirNumberInEachRegistry(
      String name, String prometheusName, double expected) {
    makeHistory();
    TimerMetrics metrics = new TimerMetrics(timers);
    metrics.bindTo(simple);
    metrics.bindTo(prometheus);
    assertEquals(expected, value(simple, name));
    assertEquals(List.of(prometheusName + " " + expected), samples(prometheusName + " "));
  }

  @Test
  void paused_afterAPause_isItsLengthInSeconds() {
    makeHistory();
    new TimerMetrics(timers).bindTo(prometheus);
    assertEquals(0.4, sample("tourbillon_timer_paused_seconds_total"), 0.01);
  }

  @Test
  void pendingByLevel_someOnEachSide_sumsUpToPending() {
    makeHistory();
    new TimerMetrics(timers).bindTo(simple);
    double sum =
        simple.get("tourbillon.timer.pending.by.level").gauges().stream()
            .mapToDouble(gauge -> gauge.value())
            .sum();
    assertEquals(10, sum);
    assertEquals(
        timers.stats().pendingByLevel().size(),
        simple.get("tourbillon.timer.pending.by.level").gauges().size());
  }

  @Test
  void lateness_inPrometheus_isAHistogramInSeconds() {
    makeHistory();
    new TimerMetrics(timers).bindTo(prometheus);
    List<String> buckets = samples("tourbillon_timer_lateness_seconds_bucket");
    assertEquals("tourbillon_timer_lateness_seconds_bucket{le=\"1.0E-4\"} 0", buckets.getFirst());
    assertEquals("tourbillon_timer_lateness_seconds_bucket{le=\"+Inf\"} 2", buckets.getLast());
    assertTrue(buckets.contains("tourbillon_timer_lateness_seconds_bucket{le=\"0.25\"} 0"));
    assertTrue(buckets.contains("tourbillon_timer_lateness_seconds_bucket{le=\"0.5\"} 2"));
    assertEquals(17, buckets.size());
    assertEquals(
        List.of("tourbillon_timer_lateness_seconds_count 2"),
        samples("tourbillon_timer_lateness_seconds_count"));
    assertEquals(0.8, sample("tourbillon_timer_lateness_seconds_sum"), 0.02);
  }

  @Test
  void splitOfLateness_inPrometheus_hasAHistogramForEachPart() {
    makeHistory();
    new TimerMetrics(timers).bindTo(prometheus);
    for (String part : List.of("lateness", "wait", "run")) {
      String count = "tourbillon_timer_" + part + "_seconds_count";
      assertEquals(List.of(count + " 2"), samples(count));
    }
  }

  @Test
  void lateness_elsewhere_isCountSumMaxAndPercentiles() {
    makeHistory();
    new TimerMetrics(timers).bindTo(simple);
    var summary = simple.get("tourbillon.timer.lateness").functionTimer();
    assertEquals(2, summary.count());
    assertEquals(0.8, summary.totalTime(TimeUnit.SECONDS), 0.02);
    assertEquals(
        0.4, simple.get("tourbillon.timer.lateness.max").timeGauge().value(TimeUnit.SECONDS), 0.01);
    assertEquals(
        0.4,
        simple
            .get("tourbillon.timer.lateness.percentile")
            .tag("phi", "0.99")
            .timeGauge()
            .value(TimeUnit.SECONDS),
        0.01);
  }

  @Test
  void bindTo_commonTagsAndFilters_holdForHistogramsToo() {
    prometheus.config().commonTags("stack", "prod");
    prometheus.config().meterFilter(MeterFilter.denyNameStartsWith("tourbillon.timer.run"));
    prometheus
        .config()
        .meterFilter(MeterFilter.renameTag("tourbillon.timer.lateness", "timers", "service"));
    new TimerMetrics(timers, Tags.of("timers", "requests")).bindTo(prometheus);
    assertEquals(
        List.of("tourbillon_timer_lateness_seconds_count{service=\"requests\",stack=\"prod\"} 0"),
        samples("tourbillon_timer_lateness_seconds_count"));
    assertEquals(
        List.of("tourbillon_timer_pending{stack=\"prod\",timers=\"requests\"} 0.0"),
        samples("tourbillon_timer_pending{"));
    assertEquals(List.of(), samples("tourbillon_timer_run"));
  }

  @Test
  void bindTo_twoServicesWithTags_shareTheHistogram() {
    new TimerMetrics(timers, Tags.of("timers", "a")).bindTo(prometheus);
    new TimerMetrics(timers, Tags.of("timers", "b")).bindTo(prometheus);
    assertEquals(
        List.of(
            "tourbillon_timer_lateness_seconds_count{timers=\"a\"} 0",
            "tourbillon_timer_lateness_seconds_count{timers=\"b\"} 0"),
        samples("tourbillon_timer_lateness_seconds_count"));
  }

  @Test
  void bindTo_theSameTagsTwice_theFirstStaysAndScrapesGoOn() {
    new TimerMetrics(timers).bindTo(prometheus);
    new TimerMetrics(timers).bindTo(prometheus);
    assertEquals(1, samples("tourbillon_timer_lateness_seconds_count").size());
  }

  @Test
  void bindTo_compositeOfCompositesWithTags_eachLeafHasItsForm() {
    CompositeMeterRegistry inner = new CompositeMeterRegistry();
    inner.add(prometheus);
    inner.config().commonTags("inner", "yes");
    CompositeMeterRegistry outer = new CompositeMeterRegistry();
    outer.config().commonTags("outer", "yes");
    outer.add(inner).add(simple);
    makeHistory();
    TimerMetrics metrics = new TimerMetrics(timers);
    metrics.bindTo(outer);
    assertEquals(
        List.of("tourbillon_timer_lateness_seconds_count{inner=\"yes\",outer=\"yes\"} 2"),
        samples("tourbillon_timer_lateness_seconds_count"));
    assertEquals(
        2, simple.get("tourbillon.timer.lateness").tag("outer", "yes").functionTimer().count());
    metrics.close();
    assertEquals(List.of(), simple.getMeters());
    assertEquals("", prometheus.scrape());
  }

  @Test
  void bindTo_compositeThatDenies_noHistogramAnywhere() {
    CompositeMeterRegistry composite = new CompositeMeterRegistry();
    composite.add(prometheus).add(simple);
    composite.config().meterFilter(MeterFilter.denyNameStartsWith("tourbillon.timer.lateness"));
    new TimerMetrics(timers).bindTo(composite);
    assertEquals(List.of(), samples("tourbillon_timer_lateness"));
    assertNull(simple.find("tourbillon.timer.lateness").meter());
    assertNotNull(simple.find("tourbillon.timer.run").meter());
  }

  /** A binder must not remove the meters that another one has registered under the same names. */
  @Test
  void close_ofTheSecondWithTheSameTags_leavesTheFirst() {
    CompositeMeterRegistry composite = new CompositeMeterRegistry();
    composite.add(prometheus).add(simple);
    new TimerMetrics(timers).bindTo(composite);
    makeHistory();
    List<String> before = samples("tourbillon");
    TimerService other = TimerService.builder().clock(clock).recordStats().build();
    TimerMetrics second = new TimerMetrics(other);
    second.bindTo(composite);
    assertEquals(before, samples("tourbillon"));
    second.close();
    assertEquals(before, samples("tourbillon"));
    assertEquals(2, value(simple, "tourbillon.timer.lateness"));
    other.close();
  }

  @Test
  void new_tagThatMetersUse_isRefused() {
    for (String key : List.of("le", "level", "phi")) {
      assertEquals(
          "a tag must not have the key " + key + ", which some meters use: tag(" + key + "=x)",
          assertThrows(
                  IllegalArgumentException.class, () -> new TimerMetrics(timers, Tags.of(key, "x")))
              .getMessage());
    }
  }

  /** Counters at zero would look like a service that does nothing. */
  @Test
  void bindTo_serviceThatDoesNotRecord_showsWhatIsPendingAlone() {
    try (TimerService silent = TimerService.create()) {
      new TimerMetrics(silent).bindTo(simple);
      assertEquals(
          Set.of(
              "tourbillon.timer.tick",
              "tourbillon.timer.pending",
              "tourbillon.timer.pending.by.level"),
          simple.getMeters().stream()
              .map(meter -> meter.getId().getName())
              .collect(Collectors.toSet()));
    }
  }

  @Test
  void bindTo_tagsThatPrometheusCanNotTellApart_registersNothing() {
    TimerMetrics metrics = new TimerMetrics(timers, Tags.of("a.b", "1", "a_b", "2"));
    assertEquals(
        "tag keys must differ in the naming convention of the registry: tag(a.b=1) and tag(a_b=2)",
        assertThrows(IllegalArgumentException.class, () -> metrics.bindTo(prometheus))
            .getMessage());
    CompositeMeterRegistry composite = new CompositeMeterRegistry();
    composite.add(prometheus).add(simple);
    assertThrows(IllegalArgumentException.class, () -> metrics.bindTo(composite));
    assertEquals(List.of(), composite.getMeters());
    assertEquals(List.of(), simple.getMeters());
    assertEquals(List.of(), prometheus.getMeters());
    assertEquals("", prometheus.scrape());
  }

  @Test
  void bindTo_aMeterOfAnotherKindHasTheName_registersNothing() {
    Counter other = simple.counter("tourbillon.timer.lateness.max");
    TimerMetrics metrics = new TimerMetrics(timers);
    assertThrows(IllegalArgumentException.class, () -> metrics.bindTo(simple));
    assertEquals(List.of(other), simple.getMeters());
  }

  @Test
  void bindTo_againAndAgain_addsOneListenerToTheRegistry() {
    AtomicInteger listeners = new AtomicInteger();
    PrometheusMeterRegistry counting =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT) {
          private final @Nullable Config config =
              new Config() {
                @Override
                public Config onMeterRemoved(Consumer<Meter> listener) {
                  listeners.incrementAndGet();
                  return super.onMeterRemoved(listener);
                }
              };

          @Override
          public Config config() {
            return config == null ? super.config() : config; // Null during construction.
          }
        };
    for (int i = 0; i < 10; i++) {
      try (TimerMetrics metrics = new TimerMetrics(timers)) {
        metrics.bindTo(counting);
        assertTrue(counting.scrape().contains("tourbillon_timer_run_seconds_bucket"));
      }
      assertEquals("", counting.scrape());
    }
    assertEquals(1, listeners.get());
  }

  @Test
  void close_afterBinding_leavesNothing() {
    TimerMetrics metrics = new TimerMetrics(timers);
    metrics.bindTo(simple);
    metrics.bindTo(prometheus);
    assertFalse(prometheus.scrape().isEmpty());
    metrics.close();
    assertEquals("", prometheus.scrape());
    assertEquals(List.of(), prometheus.getMeters());
    assertEquals(List.of(), simple.getMeters());
    metrics.bindTo(prometheus);
    assertEquals(1, samples("tourbillon_timer_lateness_seconds_count").size());
  }

  @Test
  void remove_histogramsMark_histogramGoesToo() {
    new TimerMetrics(timers).bindTo(prometheus);
    Meter mark = prometheus.get("tourbillon.timer.lateness").meter();
    prometheus.remove(mark);
    assertEquals(List.of(), samples("tourbillon_timer_lateness"));
  }

  @Test
  void scrape_afterTheServiceHasClosed_keepsTheCounts() {
    makeHistory();
    new TimerMetrics(timers).bindTo(prometheus);
    timers.close();
    assertEquals(
        List.of("tourbillon_timer_handed_back_total 10.0"),
        samples("tourbillon_timer_handed_back_total"));
    assertEquals(List.of("tourbillon_timer_pending 0.0"), samples("tourbillon_timer_pending "));
  }

  @Test
  void scrape_binderForgotten_goesOn() throws Exception {
    WeakReference<TimerMetrics> binder = new WeakReference<>(new TimerMetrics(timers));
    bind(binder);
    for (int tries = 0; tries < 50 && binder.get() != null; tries++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(binder.get());
    makeHistory();
    assertEquals(
        List.of("tourbillon_timer_scheduled_total 13.0"),
        samples("tourbillon_timer_scheduled_total"));
    assertEquals(1, samples("tourbillon_timer_lateness_seconds_count").size());
  }

  private void bind(WeakReference<TimerMetrics> binder) {
    TimerMetrics metrics = binder.get();
    if (metrics != null) {
      metrics.bindTo(prometheus);
    }
  }

  @Test
  void names_inEveryRegistry_haveAPrefixAndADescription() {
    new TimerMetrics(timers).bindTo(simple);
    Set<String> strangers =
        simple.getMeters().stream()
            .map(Meter::getId)
            .filter(
                id -> !id.getName().startsWith("tourbillon.timer.") || id.getDescription() == null)
            .map(Meter.Id::getName)
            .collect(Collectors.toSet());
    assertEquals(Set.of(), strangers);
  }
}
