package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.LoopStats;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Shows what a {@link CoroutineScheduler} and its loops do. The documentation of the package has a
 * table of its meters.
 *
 * <pre>{@code
 * CoroutineScheduler scheduler = CoroutineScheduler.builder().recordStats().build();
 * new CoroutineMetrics(scheduler).bindTo(registry);
 * }</pre>
 *
 * <p>All values come from {@link CoroutineScheduler#stats}, which is asked at most ten times a
 * second, however many meters and registries read them, and stops no loop. The histograms of a
 * scheduler that was built without {@code recordStats} are empty.
 *
 * <p>Several schedulers share a registry if their tags have different values. The registry keeps
 * what it shows alive: the binder may be forgotten, and the scheduler is reachable until the meters
 * are removed, which {@link #close} does.
 *
 * <p>Thread-safe.
 */
public final class CoroutineMetrics implements MeterBinder, AutoCloseable {
  private static final List<Distribution<CoroutineStats>> DISTRIBUTIONS =
      List.of(
          new Distribution<>(
              "tourbillon.coroutine.lateness",
              "From the end of the tick in which a delay or limit was over to its loop finding that",
              Ladder.WAITING,
              CoroutineStats::latenessNanos),
          new Distribution<>(
              "tourbillon.coroutine.wait",
              "Time in the ready queue",
              Ladder.WAITING,
              CoroutineStats::waitNanos),
          new Distribution<>(
              "tourbillon.coroutine.turn",
              "How long turns took",
              Ladder.RUNNING,
              CoroutineStats::turnNanos));

  private final CoroutineScheduler scheduler;
  private final Snapshots<CoroutineStats> snapshots;
  private final Tags tags;

  /** Guarded by its monitor. */
  private final List<Meters<CoroutineStats>> bound = new ArrayList<>();

  /** Without tags of its own. */
  public CoroutineMetrics(CoroutineScheduler scheduler) {
    this(scheduler, Tags.empty());
  }

  /**
   * Shows a scheduler with tags.
   *
   * @param tags what distinguishes this scheduler from others of the process
   */
  public CoroutineMetrics(CoroutineScheduler scheduler, Iterable<Tag> tags) {
    this.scheduler = scheduler;
    this.snapshots = new Snapshots<>(scheduler::stats, System::nanoTime);
    this.tags = Tags.of(tags);
  }

  /**
   * Registers the meters. To a composite registry it should be bound after its children were added,
   * as those that come later have no histograms.
   */
  @Override
  public void bindTo(MeterRegistry registry) {
    Meters<CoroutineStats> meters = new Meters<>(registry, snapshots, tags);
    synchronized (bound) {
      bound.add(meters);
      CoroutineStats now = scheduler.stats();
      registerEnds(meters, now);
      registerStates(meters);
      for (int loop = 0; loop < now.loops().size(); loop++) {
        registerLoop(meters, loop, now.loops().get(loop).name());
      }
      DISTRIBUTIONS.forEach(meters::histogram);
    }
  }

  /** Removes the meters from all registries that it was bound to. The scheduler goes on. */
  @Override
  public void close() {
    synchronized (bound) {
      bound.forEach(Meters::removeAll);
      bound.clear();
    }
  }

  private static void registerEnds(Meters<CoroutineStats> meters, CoroutineStats now) {
    meters.counter("tourbillon.coroutine.spawned", "Coroutines accepted", CoroutineStats::spawned);
    meters.counter(
        "tourbillon.coroutine.finished",
        "Coroutines whose body has returned",
        CoroutineStats::finished);
    meters.counter(
        "tourbillon.coroutine.failed", "Coroutines whose body has thrown", CoroutineStats::failed);
    for (String reason : now.cancelled().keySet()) {
      meters.counter(
          "tourbillon.coroutine.cancelled",
          "Coroutines cancelled: by a call, by a future of theirs, or by the end of the scheduler",
          stats -> stats.cancelled().getOrDefault(reason, 0L),
          "reason",
          reason);
    }
    meters.counter(
        "tourbillon.coroutine.timeouts",
        "Limits that were over before their part had ended",
        CoroutineStats::timeouts);
  }

  private static void registerStates(Meters<CoroutineStats> meters) {
    state(meters, "created", CoroutineStats::created);
    state(meters, "ready", CoroutineStats::ready);
    state(meters, "running", CoroutineStats::running);
    state(meters, "suspended", CoroutineStats::suspended);
    meters.gauge(
        "tourbillon.coroutine.threads",
        "Threads of other people's code on the loops",
        CoroutineStats::threads);
  }

  private static void state(
      Meters<CoroutineStats> meters, String state, ToDoubleFunction<CoroutineStats> count) {
    meters.gauge(
        "tourbillon.coroutine.live", "Coroutines that have not ended", count, "state", state);
  }

  private static void registerLoop(Meters<CoroutineStats> meters, int loop, String name) {
    meters.gauge(
        "tourbillon.coroutine.loop.coroutines",
        "Coroutines of a loop that have not ended",
        of(loop, LoopStats::coroutines),
        "loop",
        name);
    meters.gauge(
        "tourbillon.coroutine.loop.ready",
        "Turns that are waited for",
        of(loop, LoopStats::readyQueue),
        "loop",
        name);
    meters.gauge(
        "tourbillon.coroutine.loop.mailbox",
        "Messages of other threads that a loop has not read",
        of(loop, LoopStats::mailbox),
        "loop",
        name);
    meters.gauge(
        "tourbillon.coroutine.loop.dead",
        "1 if a loop has broken, so that nothing goes on there",
        of(loop, stats -> stats.dead() ? 1 : 0),
        "loop",
        name);
    meters.secondsCounter(
        "tourbillon.coroutine.loop.busy",
        "Time in which a loop was not at rest; its rate is the utilisation",
        of(loop, LoopStats::busyNanos),
        "loop",
        name);
    meters.counter(
        "tourbillon.coroutine.switches",
        "Turns given, to coroutines and to other people's threads",
        of(loop, LoopStats::switches),
        "loop",
        name);
    meters.counter(
        "tourbillon.coroutine.stalls",
        "Turns that the watchdog has told of",
        of(loop, LoopStats::stalls),
        "loop",
        name);
  }

  private static ToDoubleFunction<CoroutineStats> of(int loop, ToLongFunction<LoopStats> value) {
    return stats -> value.applyAsLong(stats.loops().get(loop));
  }
}
