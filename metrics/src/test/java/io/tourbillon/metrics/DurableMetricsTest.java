package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.timer.durable.CatchUp;
import io.tourbillon.timer.durable.DurableStats;
import io.tourbillon.timer.durable.DurableTimers;
import io.tourbillon.timer.durable.Firing;
import io.tourbillon.timer.durable.HandlerOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DurableMetricsTest {
  private static final byte[] NOTHING = {};

  @TempDir private Path folder;
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final SimpleMeterRegistry simple = new SimpleMeterRegistry();
  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private DurableTimers timers;

  @BeforeEach
  void open() {
    // It is due while no process is there, and too late when one is.
    try (DurableTimers before = DurableTimers.open(folder.resolve("timers.db")).build()) {
      before.schedule("drops", "a", Instant.now().minusSeconds(10), NOTHING).join();
    }
    timers =
        DurableTimers.open(folder.resolve("timers.db"))
            .handler("works", firing -> {})
            .handler("waits", firing -> letGo.await())
            .handler(
                "fails",
                HandlerOptions.DEFAULT
                    .withAttempts(2)
                    .withPauses(Duration.ofMillis(1), Duration.ofMillis(1)),
                firing -> {
                  throw new IllegalStateException("on purpose");
                })
            .handler(
                "drops",
                HandlerOptions.DEFAULT.withCatchUp(CatchUp.dropOlderThan(Duration.ofMillis(1))),
                firing -> {})
            .handler("replaces", this::replace)
            .build();
  }

  @AfterEach
  void close() {
    letGo.countDown();
    timers.close();
  }

  private void replace(Firing firing) {
    schedule(firing.handler(), firing.key(), Duration.ofHours(1));
  }

  private void schedule(String handler, String key, Duration delay) {
    timers.schedule(handler, key, Instant.now().plus(delay), NOTHING).join();
  }

  private void await(Predicate<DurableStats> state) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!state.test(timers.stats())) {
      assertTrue(System.nanoTime() - deadlineNanos < 0, () -> timers.stats().toString());
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  /** Causes each event once, except that two timers fire and two attempts fail. */
  private void makeHistory() throws InterruptedException {
    schedule("works", "a", Duration.ZERO);
    schedule("works", "cancelled", Duration.ofHours(1));
    assertTrue(timers.cancel("works", "cancelled").join());
    schedule("fails", "a", Duration.ZERO);
    schedule("replaces", "a", Duration.ZERO);
    schedule("waits", "a", Duration.ZERO);
    schedule("missing", "a", Duration.ZERO);
    schedule("works", "soon", Duration.ofSeconds(50));
    await(
        stats ->
            stats.fired() == 2
                && stats.dead() == 1
                && stats.skipped() == 1
                && stats.superseded() == 1
                && stats.running() == 1
                && stats.unknownHandlers().size() == 1
                && stats.waiting() == 0);
  }

  private List<String> samples(String prefix) {
    return prometheus.scrape().lines().filter(line -> line.startsWith(prefix)).toList();
  }

  @Test
  void scrape_afterEvents_tellsTheirNumbers() throws Exception {
    makeHistory();
    new DurableMetrics(timers, Tags.of("durable", "d")).bindTo(prometheus);
    assertEquals(
        List.of(
            "tourbillon_durable_backlog{durable=\"d\"} 0.0",
            "tourbillon_durable_cancelled_total{durable=\"d\"} 1.0",
            "tourbillon_durable_dead_total{durable=\"d\"} 1.0",
            "tourbillon_durable_failed_total{durable=\"d\"} 2.0",
            "tourbillon_durable_fired_total{durable=\"d\"} 2.0",
            "tourbillon_durable_handlers_unknown{durable=\"d\"} 1.0",
            "tourbillon_durable_retried_total{durable=\"d\"} 1.0",
            "tourbillon_durable_running{durable=\"d\"} 1.0",
            "tourbillon_durable_scheduled_total{durable=\"d\"} 8.0",
            "tourbillon_durable_shards_owned{durable=\"d\"} 1.0",
            "tourbillon_durable_shards{durable=\"d\"} 1.0",
            "tourbillon_durable_skipped_total{durable=\"d\"} 1.0",
            "tourbillon_durable_superseded_total{durable=\"d\"} 1.0",
            "tourbillon_durable_waiting{durable=\"d\"} 0.0"),
        samples("tourbillon_durable_").stream()
            .filter(line -> !line.contains("_seconds") && !line.contains("_loaded"))
            .sorted()
            .toList());
  }

  @Test
  void loaded_withATimerThatIsDueSoon_countsIt() throws Exception {
    schedule("works", "far", Duration.ofDays(1));
    schedule("works", "soon", Duration.ofSeconds(50));
    await(stats -> stats.loaded() == 1 && stats.skipped() == 1);
    new DurableMetrics(timers).bindTo(simple);
    assertEquals(1, simple.get("tourbillon.durable.loaded").gauge().value());
  }

  @Test
  void lateness_ofFirings_countsThoseThatBegan() throws Exception {
    makeHistory();
    new DurableMetrics(timers).bindTo(prometheus);
    // Works, replaces, waits, and two attempts of fails.
    assertEquals(
        List.of("tourbillon_durable_lateness_seconds_count 5"),
        samples("tourbillon_durable_lateness_seconds_count"));
    assertEquals(17, samples("tourbillon_durable_lateness_seconds_bucket").size());
  }

  @Test
  void commit_ofTransactions_isATimeAboveZero() throws Exception {
    makeHistory();
    new DurableMetrics(timers).bindTo(simple);
    var summary = simple.get("tourbillon.durable.commit").functionTimer();
    assertTrue(summary.count() >= 5, () -> summary.count() + " transactions");
    assertTrue(summary.totalTime(TimeUnit.SECONDS) > 0);
  }

  @Test
  void lease_ofAServiceAtRest_isYoungerThanItsLength() {
    new DurableMetrics(timers).bindTo(simple);
    assertEquals(10, simple.get("tourbillon.durable.lease").gauge().value());
    assertTrue(simple.get("tourbillon.durable.lease.age").gauge().value() < 10);
  }

  @Test
  void running_whenTheHandlerReturns_isZero() throws Exception {
    makeHistory();
    letGo.countDown();
    await(stats -> stats.running() == 0 && stats.fired() == 3);
    new DurableMetrics(timers).bindTo(simple);
    assertEquals(0, simple.get("tourbillon.durable.running").gauge().value());
  }

  @Test
  void names_inEveryRegistry_haveAPrefixAndADescription() {
    new DurableMetrics(timers).bindTo(simple);
    for (Meter meter : simple.getMeters()) {
      assertTrue(meter.getId().getName().startsWith("tourbillon.durable."), meter::toString);
      assertTrue(meter.getId().getDescription() != null, meter::toString);
    }
  }

  @Test
  void new_tagThatMetersUse_isRefused() {
    for (String key : List.of("le", "phi")) {
      assertThrows(
          IllegalArgumentException.class, () -> new DurableMetrics(timers, Tags.of(key, "x")));
    }
  }

  @Test
  void close_afterBinding_leavesNothing() {
    DurableMetrics metrics = new DurableMetrics(timers);
    metrics.bindTo(simple);
    metrics.bindTo(prometheus);
    metrics.close();
    assertEquals(List.of(), simple.getMeters());
    assertEquals("", prometheus.scrape());
  }
}
