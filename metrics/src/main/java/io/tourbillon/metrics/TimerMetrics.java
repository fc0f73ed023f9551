package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tourbillon.timer.TimerService;
import io.tourbillon.timer.TimerStats;
import java.util.List;
import java.util.Set;

/**
 * Shows what a {@link TimerService} does. The documentation of the package has a table of its
 * meters.
 *
 * <pre>{@code
 * TimerService timers = TimerService.builder().recordStats().build();
 * new TimerMetrics(timers, Tags.of("timers", "requests")).bindTo(registry);
 * }</pre>
 *
 * <p>All values come from {@link TimerService#stats}, which is asked at most ten times a second,
 * however many meters and registries read them; a service that was built without {@code
 * recordStats} has no meters but those of what is pending. Nothing is measured twice and no thread
 * is added.
 *
 * <p>Several services share a registry if their tags have different values. Of two with the same
 * tags a registry shows the one that was bound first, and nothing of the other, as Micrometer does
 * with meters of one name: there is no error. The registry keeps what it shows alive: the binder
 * may be forgotten, and the service is reachable until the meters are removed, which {@link #close}
 * does.
 *
 * <p>Thread-safe.
 */
public final class TimerMetrics implements MeterBinder, AutoCloseable {
  private static final List<HistogramMeter<TimerStats>> HISTOGRAMS =
      List.of(
          new HistogramMeter<>(
              "tourbillon.timer.lateness",
              "From the end of the tick in which a timer was due until it was taken out of the"
                  + " wheel",
              Ladder.WAITING,
              TimerStats::latenessNanos),
          new HistogramMeter<>(
              "tourbillon.timer.wait",
              "From a timer's being taken out of the wheel until its task began: behind others, or"
                  + " queued",
              Ladder.WAITING,
              TimerStats::waitNanos),
          new HistogramMeter<>(
              "tourbillon.timer.run", "How long tasks ran", Ladder.RUNNING, TimerStats::runNanos));

  private final Bindings<TimerStats> bindings;

  /** Without tags of its own. */
  public TimerMetrics(TimerService timers) {
    this(timers, Tags.empty());
  }

  /**
   * Shows a service with tags.
   *
   * @param tags what distinguishes this service from others of the process
   * @throws IllegalArgumentException if one is called {@code level}, as some meters have their own,
   *     or {@code le} or {@code phi}, as histograms have
   */
  public TimerMetrics(TimerService timers, Iterable<Tag> tags) {
    bindings = new Bindings<>(timers::stats, tags, Set.of("level", "le", "phi"));
  }

  /**
   * Registers the meters. To a composite registry it should be bound after its children were added,
   * as those that come later have no histograms.
   *
   * @throws IllegalArgumentException if two tags have one name in the spelling of the registry, as
   *     {@code a.b} and {@code a_b} have in Prometheus; nothing is registered then
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    bindings.bind(
        registry,
        meters -> {
          TimerStats now = bindings.now();
          registerPending(meters, now);
          if (now.recorded()) {
            registerCounts(meters);
            HISTOGRAMS.forEach(meters::histogram);
          }
        });
  }

  /** Removes the meters from all registries that it was bound to. The service goes on. */
  @Override
  public void close() {
    bindings.removeAll();
  }

  private static void registerCounts(Meters<TimerStats> meters) {
    meters.counter("tourbillon.timer.scheduled", "Timers accepted", TimerStats::scheduled);
    meters.counter("tourbillon.timer.rescheduled", "Deadlines changed", TimerStats::rescheduled);
    meters.counter("tourbillon.timer.cancelled", "Timers cancelled", TimerStats::cancelled);
    meters.counter("tourbillon.timer.fired", "Timers that ended by firing", TimerStats::fired);
    meters.counter(
        "tourbillon.timer.runs",
        "Tasks run or handed to the executor, also if it refused them; periodic ones each time",
        TimerStats::runs);
    meters.counter(
        "tourbillon.timer.handed.back", "Timers pending at shutdown", TimerStats::handedBack);
    meters.counter(
        "tourbillon.timer.rejected",
        "Timers refused for maxPending, and tasks refused by the executor",
        TimerStats::rejected);
    meters.counter("tourbillon.timer.exceptions", "Tasks that threw", TimerStats::exceptions);
    meters.counter(
        "tourbillon.timer.pauses",
        "Times that the driver was late through no task's fault",
        TimerStats::pauses);
    meters.counter(
        "tourbillon.timer.stalls",
        "Times that the watchdog has reported a task that ran for too long",
        TimerStats::stalls);
    meters.secondsCounter(
        "tourbillon.timer.paused",
        "How late the driver was through no task's fault, summed up",
        TimerStats::pauseNanos);
  }

  private static void registerPending(Meters<TimerStats> meters, TimerStats now) {
    meters.secondsGauge("tourbillon.timer.tick", "The length of a tick", TimerStats::tickNanos);
    meters.gauge("tourbillon.timer.pending", "Timers pending", TimerStats::pending);
    if (now.maxPending() < Long.MAX_VALUE) {
      meters.gauge(
          "tourbillon.timer.pending.limit",
          "The most timers that may be pending",
          TimerStats::maxPending);
    }
    for (int level = 0; level < now.pendingByLevel().size(); level++) {
      int index = level;
      meters.gauge(
          "tourbillon.timer.pending.by.level",
          "Timers pending by level of the wheel, finest first",
          stats -> stats.pendingByLevel().get(index),
          "level",
          Integer.toString(level));
    }
  }
}
