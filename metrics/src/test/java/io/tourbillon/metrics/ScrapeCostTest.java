package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.timer.TimerService;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class ScrapeCostTest {
  private static final int PENDING = 10_000_000;
  private static final int WARM_UPS = 50;
  private static final int SCRAPES = 21;

  @Test
  void scrape_tenMillionPending_takesLessThanTenMilliseconds() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try (TimerService timers = TimerService.builder().recordStats().build()) {
      new TimerMetrics(timers).bindTo(registry);
      SplittableRandom random = new SplittableRandom(1);
      for (int i = 0; i < PENDING; i++) {
        timers.arm(1 + random.nextInt(1_000_000), TimeUnit.MINUTES, () -> {});
      }
      long[] nanos = new long[SCRAPES];
      for (int scrape = -WARM_UPS; scrape < SCRAPES; scrape++) {
        // Waits until the last snapshot is too old, so that each scrape takes a new one.
        TimeUnit.NANOSECONDS.sleep(Snapshots.MAX_AGE_NANOS);
        long start = System.nanoTime();
        String text = registry.scrape();
        if (scrape >= 0) {
          nanos[scrape] = System.nanoTime() - start;
        }
        assertTrue(text.contains("tourbillon_timer_pending 1.0E7"), text);
      }
      Arrays.sort(nanos);
      long median = nanos[SCRAPES / 2];
      assertTrue(median < 10_000_000, "median of " + SCRAPES + " scrapes: " + median + " ns");
    }
  }
}
