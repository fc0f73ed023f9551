package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.durable.DurableTimers;
import io.tourbillon.timer.durable.Firing;
import io.tourbillon.timer.durable.HandlerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Timers, coroutines and durable timers with some activity of every kind. */
final class Everything implements AutoCloseable {
  static final String HOSTILE = "<script>document.title='broken'</script><img src=x>";

  final TimerService timers =
      TimerService.builder()
          .recordStats()
          .maxPending(1_000_000)
          .exceptionHandler((task, error) -> {})
          .build();
  final CoroutineScheduler scheduler =
      CoroutineScheduler.builder()
          .engine(Engine.HANDOFF)
          .loops(2)
          .name(HOSTILE)
          .recordStats()
          .build();

  private final Path folder = newFolder();
  final DurableTimers durable =
      DurableTimers.open(folder.resolve("timers.db"))
          .handler("again", this::again)
          .handler(
              "failing",
              HandlerOptions.DEFAULT.withAttempts(1),
              firing -> {
                throw new IllegalStateException("on purpose");
              })
          .build();

  private static Path newFolder() {
    try {
      return Files.createTempDirectory("tourbillon-metrics");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Fires ten times a second. */
  private void again(Firing firing) {
    scheduleDurable(firing.handler(), firing.key(), Duration.ofMillis(100));
  }

  private void scheduleDurable(String handler, String key, Duration delay) {
    var _ = durable.schedule(handler, key, Instant.now().plus(delay), new byte[0]);
  }

  Everything() {
    scheduleDurable("again", "a", Duration.ZERO);
    scheduleDurable("failing", "f", Duration.ZERO);
    scheduleDurable(HOSTILE, "h", Duration.ZERO);
    for (int i = 0; i < 50; i++) {
      scheduleDurable("again", "far" + i, Duration.ofSeconds(50));
    }
    timers.scheduleAtFixedRate(Duration.ZERO, Duration.ofMillis(20), new NamedTask());
    timers.schedule(
        Duration.ofMillis(5),
        () -> {
          throw new IllegalStateException("on purpose");
        });
    for (int i = 0; i < 1000; i++) {
      timers.arm(i, TimeUnit.MINUTES, () -> {});
    }
    for (int i = 0; i < 20; i++) {
      scheduler.spawn(
          () -> {
            while (true) {
              Coroutines.delay(Duration.ofMillis(10));
            }
          });
    }
  }

  void bindTo(MeterRegistry registry) {
    new TimerMetrics(timers).bindTo(registry);
    new CoroutineMetrics(scheduler).bindTo(registry);
    new DurableMetrics(durable).bindTo(registry);
  }

  @Override
  public void close() {
    timers.close();
    scheduler.close(Duration.ZERO);
    durable.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A task whose class name appears in lists of tasks. */
  static final class NamedTask implements Runnable {
    @Override
    public void run() {}
  }
}
