package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CoroutineMetricsTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler =
      CoroutineScheduler.builder()
          .engine(Engine.HANDOFF)
          .loops(2)
          .clock(clock)
          .name("test")
          .recordStats()
          .exceptionHandler((coroutine, error) -> {})
          .build();
  private final SimpleMeterRegistry simple = new SimpleMeterRegistry();
  private final PrometheusMeterRegistry prometheus =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /**
   * Spawns seven coroutines: one finishes, one fails, one is cancelled, one catches a timeout, and
   * three sleep on.
   */
  private void makeHistory() {
    Coroutine<?> finishing = scheduler.spawn(() -> 1);
    assertEquals(1, finishing.join());
    Coroutine<?> failing =
        scheduler.spawn(
            () -> {
              throw new IllegalStateException("on purpose");
            });
    assertThrows(CompletionException.class, failing::join);
    Coroutine<?> sleeping = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    sleeping.cancel("enough");
    assertThrows(RuntimeException.class, sleeping::join);
    Coroutine<?> limited =
        scheduler.spawn(
            () -> {
              try {
                Coroutines.withTimeout(
                    Duration.ofMillis(1),
                    () -> {
                      Coroutines.delay(Duration.ofHours(1));
                      return 1;
                    });
              } catch (TimeoutException expected) {
                // The purpose of this coroutine is the timeout.
              }
            });
    clock.advance(Duration.ofMillis(10));
    limited.join();
    for (int i = 0; i < 3; i++) {
      scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    }
    clock.advance(Duration.ofMillis(1));
  }

  private List<String> samples(String prefix) {
    return prometheus.scrape().lines().filter(line -> line.startsWith(prefix)).toList();
  }

  @Test
  void scrape_afterEvents_tellsTheirNumbers() {
    makeHistory();
    new CoroutineMetrics(scheduler, Tags.of("scheduler", "s")).bindTo(prometheus);
    List<String> samples =
        samples("tourbillon_coroutine_").stream()
            .filter(line -> !line.contains("_seconds") && !line.contains("switches"))
            .toList();
    assertEquals(
        List.of(
            "tourbillon_coroutine_abandoned_calls{scheduler=\"s\"} 0.0",
            "tourbillon_coroutine_cancelled_total{reason=\"call\",scheduler=\"s\"} 1.0",
            "tourbillon_coroutine_cancelled_total{reason=\"close\",scheduler=\"s\"} 0.0",
            "tourbillon_coroutine_cancelled_total{reason=\"future\",scheduler=\"s\"} 0.0",
            "tourbillon_coroutine_failed_total{scheduler=\"s\"} 1.0",
            "tourbillon_coroutine_finished_total{scheduler=\"s\"} 2.0",
            "tourbillon_coroutine_live{scheduler=\"s\",state=\"created\"} 0.0",
            "tourbillon_coroutine_live{scheduler=\"s\",state=\"ready\"} 0.0",
            "tourbillon_coroutine_live{scheduler=\"s\",state=\"running\"} 0.0",
            "tourbillon_coroutine_live{scheduler=\"s\",state=\"suspended\"} 3.0"),
        samples.subList(0, 10));
    assertTrue(samples.contains("tourbillon_coroutine_spawned_total{scheduler=\"s\"} 7.0"));
    assertTrue(samples.contains("tourbillon_coroutine_timeouts_total{scheduler=\"s\"} 1.0"));
    assertTrue(samples.contains("tourbillon_coroutine_threads{scheduler=\"s\"} 0.0"));
  }

  @Test
  void scrape_ofLoops_hasOneOfEachForEach() {
    makeHistory();
    new CoroutineMetrics(scheduler).bindTo(prometheus);
    for (String name :
        List.of(
            "tourbillon_coroutine_loop_coroutines",
            "tourbillon_coroutine_loop_ready",
            "tourbillon_coroutine_loop_mailbox",
            "tourbillon_coroutine_loop_dead",
            "tourbillon_coroutine_loop_busy_seconds_total",
            "tourbillon_coroutine_switches_total",
            "tourbillon_coroutine_taken_over_total",
            "tourbillon_coroutine_stalls_total")) {
      assertEquals(2, samples(name + "{loop=\"").size(), name);
    }
    assertEquals(
        3,
        samples("tourbillon_coroutine_loop_coroutines").stream()
            .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
            .sum());
  }

  @Test
  void scrape_ofHistograms_countsWhatWasMeasured() {
    makeHistory();
    new CoroutineMetrics(scheduler).bindTo(prometheus);
    assertEquals(
        List.of("tourbillon_coroutine_lateness_seconds_count 1"),
        samples("tourbillon_coroutine_lateness_seconds_count"));
    assertEquals(1, samples("tourbillon_coroutine_wait_seconds_count").size());
    assertEquals(23, samples("tourbillon_coroutine_turn_seconds_bucket").size());
  }

  @Test
  void names_inEveryRegistry_haveAPrefixAndADescription() {
    new CoroutineMetrics(scheduler).bindTo(simple);
    for (Meter meter : simple.getMeters()) {
      assertTrue(meter.getId().getName().startsWith("tourbillon.coroutine."), meter::toString);
      assertTrue(meter.getId().getDescription() != null, meter::toString);
    }
  }

  @Test
  void bindTo_schedulerThatDoesNotRecord_hasNoHistograms() {
    try (CoroutineScheduler silent =
        CoroutineScheduler.builder().engine(Engine.HANDOFF).loops(1).build()) {
      new CoroutineMetrics(silent).bindTo(prometheus);
    }
    assertEquals(List.of(), samples("tourbillon_coroutine_turn"));
    assertEquals(1, samples("tourbillon_coroutine_spawned_total").size());
  }

  @Test
  void new_tagThatMetersUse_isRefused() {
    for (String key : List.of("loop", "state", "reason", "le", "phi")) {
      assertThrows(
          IllegalArgumentException.class, () -> new CoroutineMetrics(scheduler, Tags.of(key, "x")));
    }
  }

  @Test
  void close_afterBinding_leavesNothing() {
    CoroutineMetrics metrics = new CoroutineMetrics(scheduler);
    metrics.bindTo(simple);
    metrics.bindTo(prometheus);
    metrics.close();
    assertEquals(List.of(), simple.getMeters());
    assertEquals("", prometheus.scrape());
  }
}
