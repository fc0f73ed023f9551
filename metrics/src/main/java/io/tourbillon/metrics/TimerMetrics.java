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
 * Binds meters that show what a {@link TimerService} does. The documentation of the package has a
 * table of the meters.
 *
 * <pre>{@code
 * TimerService timers = TimerService.builder().recordStats().build();
 * new TimerMetrics(timers, Tags.of("timers", "requests")).bindTo(registry);
 * }</pre>
 *
 * <p>All values come from {@link TimerService#stats}, which is called at most ten times a second,
 * however many meters and registries read them. A service that was built without {@code
 * recordStats} has only the meters of its tick and of its pending timers. Nothing is measured
 * twice, and no thread is added.
 *
 * <p>Several services can share a registry if their tags have different values. If two services
 * have the same tags, the registry shows the one that was bound first and nothing of the other.
 * There is no error, as Micrometer reports none for two meters of the same name. The registry keeps
 * its meters alive, so the program need not keep the binder. The service stays reachable until the
 * meters are removed, which {@link #close} does.
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
              "From when a timer was taken out of the wheel until its task began: time behind other"
                  + " tasks, or in the queue of the executor",
              Ladder.WAITING,
              TimerStats::waitNanos),
          new HistogramMeter<>(
              "tourbillon.timer.run", "How long tasks ran", Ladder.RUNNING, TimerStats::runNanos));

  private final Bindings<TimerStats> bindings;

  /** Creates a binder for a service, without tags. */
  public TimerMetrics(TimerService timers) {
    this(timers, Tags.empty());
  }

  /**
   * Creates a binder for a service, with tags.
   *
   * @param tags what distinguishes this service from others of the process
   * @throws IllegalArgumentException if a tag has the key {@code level}, which some meters use, or
   *     {@code le} or {@code phi}, which histograms use
   */
  public TimerMetrics(TimerService timers, Iterable<Tag> tags) {
    bindings = new Bindings<>(timers::stats, tags, Set.of("level", "le", "phi"));
  }

  /**
   * Registers the meters. Add the children of a composite registry before you bind to it, because a
   * child that is added later has no histograms.
   *
   * @throws IllegalArgumentException if two tags have the same key in the naming convention of the
   *     registry, as {@code a.b} and {@code a_b} have in Prometheus, or a key is none for
   *     Prometheus, which takes letters, digits and {@code _}; then nothing is registered
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

  /** Removes the meters from all registries that this was bound to. The service keeps running. */
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
        "Tasks run or handed to the executor, also refused ones; periodic ones for each run",
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
        "How often the driver was late for another reason than a task",
        TimerStats::pauses);
    meters.counter(
        "tourbillon.timer.stalls",
        "How often the watchdog reported a task that ran for too long",
        TimerStats::stalls);
    meters.secondsCounter(
        "tourbillon.timer.paused",
        "Sum of the times by which the driver was late for another reason than a task",
        TimerStats::pauseNanos);
  }

  private static void registerPending(Meters<TimerStats> meters, TimerStats now) {
    meters.secondsGauge("tourbillon.timer.tick", "The length of a tick", TimerStats::tickNanos);
    meters.gauge("tourbillon.timer.pending", "Timers pending", TimerStats::pending);
    if (now.maxPending() < Long.MAX_VALUE) {
      meters.gauge(
          "tourbillon.timer.pending.limit",
          "The limit of the number of pending timers",
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
