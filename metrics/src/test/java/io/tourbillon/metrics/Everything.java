package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.timer.TimerService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Timers and coroutines with some activity of every kind. */
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

  Everything() {
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
  }

  @Override
  public void close() {
    timers.close();
    scheduler.close(Duration.ZERO);
  }

  /** A task whose class name appears in lists of tasks. */
  static final class NamedTask implements Runnable {
    @Override
    public void run() {}
  }
}
