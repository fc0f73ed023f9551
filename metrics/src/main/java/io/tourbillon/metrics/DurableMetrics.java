package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tourbillon.timer.durable.DurableStats;
import io.tourbillon.timer.durable.DurableTimers;
import java.util.List;
import java.util.Set;

/**
 * Binds meters that show what a {@link DurableTimers} of this process does. The documentation of
 * the package has a table of the meters.
 *
 * <pre>{@code
 * new DurableMetrics(timers, Tags.of("durable", "orders")).bindTo(registry);
 * }</pre>
 *
 * <p>All values come from {@link DurableTimers#stats}, which is called at most ten times a second,
 * however many meters and registries read them, and asks no database. Each process shows its own
 * part: add up the counters of all processes that share the tables. How many timers are pending in
 * the tables is no meter, because it takes a scan of an index: {@link DurableTimers#pending}.
 *
 * <p>Several services can share a registry if their tags have different values. If two services
 * have the same tags, the registry shows the one that was bound first and nothing of the other,
 * without an error. The registry keeps its meters alive, so the program need not keep the binder.
 * The service stays reachable until the meters are removed, which {@link #close} does.
 *
 * <p>Thread-safe.
 */
public final class DurableMetrics implements MeterBinder, AutoCloseable {
  private static final List<HistogramMeter<DurableStats>> HISTOGRAMS =
      List.of(
          new HistogramMeter<>(
              "tourbillon.durable.lateness",
              "From when a timer was due, by the database's clock, until its firing began",
              Ladder.WAITING,
              DurableStats::latenessNanos),
          new HistogramMeter<>(
              "tourbillon.durable.commit",
              "How long the transactions took that changed timers, many in each",
              Ladder.WAITING,
              DurableStats::commitNanos));

  private final Bindings<DurableStats> bindings;

  /** Creates a binder for a service, without tags. */
  public DurableMetrics(DurableTimers timers) {
    this(timers, Tags.empty());
  }

  /**
   * Creates a binder for a service, with tags.
   *
   * @param tags what distinguishes this service from others of the process
   * @throws IllegalArgumentException if a tag has the key {@code le} or {@code phi}, which
   *     histograms use
   */
  public DurableMetrics(DurableTimers timers, Iterable<Tag> tags) {
    bindings = new Bindings<>(timers::stats, tags, Set.of("le", "phi"));
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
          registerChanges(meters);
          registerFirings(meters);
          registerWork(meters);
          registerLease(meters);
          HISTOGRAMS.forEach(meters::histogram);
        });
  }

  /** Removes the meters from all registries that this was bound to. The service keeps running. */
  @Override
  public void close() {
    bindings.removeAll();
  }

  private static void registerChanges(Meters<DurableStats> meters) {
    meters.counter(
        "tourbillon.durable.scheduled",
        "Schedules acknowledged, apart from those in transactions of callers",
        DurableStats::scheduled);
    meters.counter(
        "tourbillon.durable.cancelled", "Cancels that removed a timer", DurableStats::cancelled);
  }

  private static void registerFirings(Meters<DurableStats> meters) {
    meters.counter(
        "tourbillon.durable.fired", "Firings whose handler returned", DurableStats::fired);
    meters.counter(
        "tourbillon.durable.failed", "Attempts whose handler threw", DurableStats::failed);
    meters.counter(
        "tourbillon.durable.retried",
        "Failed attempts after which the timer was kept for another one",
        DurableStats::retried);
    meters.counter(
        "tourbillon.durable.dead", "Timers that ran out of attempts", DurableStats::dead);
    meters.counter(
        "tourbillon.durable.skipped",
        "Timers removed without firing, as their CatchUp says",
        DurableStats::skipped);
    meters.counter(
        "tourbillon.durable.superseded",
        "Firings that a cancel, a replacement or another process came before",
        DurableStats::superseded);
  }

  private static void registerWork(Meters<DurableStats> meters) {
    meters.gauge(
        "tourbillon.durable.loaded",
        "Timers in memory, because they are due soon",
        DurableStats::loaded);
    meters.gauge(
        "tourbillon.durable.backlog",
        "Timers that are due and whose firing has not begun",
        DurableStats::backlog);
    meters.gauge("tourbillon.durable.running", "Handlers that run", DurableStats::running);
    meters.gauge(
        "tourbillon.durable.waiting",
        "Changes that wait for their transaction",
        DurableStats::waiting);
    meters.gauge(
        "tourbillon.durable.handlers.unknown",
        "Handlers for which there are timers, but which no process has",
        stats -> stats.unknownHandlers().size());
  }

  private static void registerLease(Meters<DurableStats> meters) {
    meters.gauge("tourbillon.durable.shards", "All shards of the tables", DurableStats::shards);
    meters.gauge(
        "tourbillon.durable.shards.owned",
        "Shards whose timers this process fires",
        DurableStats::ownedShards);
    meters.secondsGauge(
        "tourbillon.durable.lease",
        "How long others wait for this process before they take its shards",
        stats -> stats.lease().toNanos());
    meters.secondsGauge(
        "tourbillon.durable.lease.age",
        "Time since the lease was renewed; above the lease, this process fires nothing",
        stats -> stats.leaseAge().toNanos());
  }
}
