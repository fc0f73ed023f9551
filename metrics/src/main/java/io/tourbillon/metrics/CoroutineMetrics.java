package io.tourbillon.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.CoroutineStats;
import io.tourbillon.coroutine.LoopStats;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Binds meters that show what a {@link CoroutineScheduler} and its loops do. The documentation of
 * the package has a table of the meters.
 *
 * <pre>{@code
 * CoroutineScheduler scheduler = CoroutineScheduler.builder().recordStats().build();
 * new CoroutineMetrics(scheduler).bindTo(registry);
 * }</pre>
 *
 * <p>All values come from {@link CoroutineScheduler#stats}, which is called at most ten times a
 * second, however many meters and registries read them, and stops no loop. A scheduler that was
 * built without {@code recordStats} has no histograms.
 *
 * <p>The timers of {@link CoroutineScheduler#timers} need a {@link TimerMetrics} of their own.
 *
 * <p>Several schedulers can share a registry if their tags have different values. If two schedulers
 * have the same tags, the registry shows the one that was bound first and nothing of the other,
 * without an error. The registry keeps its meters alive, so the program need not keep the binder.
 * The scheduler stays reachable until the meters are removed, which {@link #close} does.
 *
 * <p>Thread-safe.
 */
public final class CoroutineMetrics implements MeterBinder, AutoCloseable {
  private static final List<HistogramMeter<CoroutineStats>> HISTOGRAMS =
      List.of(
          new HistogramMeter<>(
              "tourbillon.coroutine.lateness",
              "From the end of the tick in which a delay or limit expired until its loop found it",
              Ladder.WAITING,
              CoroutineStats::latenessNanos),
          new HistogramMeter<>(
              "tourbillon.coroutine.wait",
              "Time in the ready queue; one wait in 64 is measured and counts for 64",
              Ladder.WAITING,
              CoroutineStats::waitNanos),
          new HistogramMeter<>(
              "tourbillon.coroutine.turn",
              "How long turns took",
              Ladder.RUNNING,
              CoroutineStats::turnNanos));

  private final Bindings<CoroutineStats> bindings;

  /** Creates a binder for a scheduler, without tags. */
  public CoroutineMetrics(CoroutineScheduler scheduler) {
    this(scheduler, Tags.empty());
  }

  /**
   * Creates a binder for a scheduler, with tags.
   *
   * @param tags what distinguishes this scheduler from others of the process
   * @throws IllegalArgumentException if a tag has the key {@code loop}, {@code state} or {@code
   *     reason}, which some meters use, or {@code le} or {@code phi}, which histograms use
   */
  public CoroutineMetrics(CoroutineScheduler scheduler, Iterable<Tag> tags) {
    bindings =
        new Bindings<>(scheduler::stats, tags, Set.of("loop", "state", "reason", "le", "phi"));
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
          CoroutineStats now = bindings.now();
          registerEnds(meters, now);
          registerStates(meters);
          for (int loop = 0; loop < now.loops().size(); loop++) {
            registerLoop(meters, loop, now.loops().get(loop).name());
          }
          if (now.recorded()) {
            HISTOGRAMS.forEach(meters::histogram);
          }
        });
  }

  /** Removes the meters from all registries that this was bound to. The scheduler keeps running. */
  @Override
  public void close() {
    bindings.removeAll();
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
          "Coroutines cancelled: by a call, through their future, or by the close of the scheduler",
          stats -> stats.cancelled().getOrDefault(reason, 0L),
          "reason",
          reason);
    }
    meters.counter(
        "tourbillon.coroutine.timeouts",
        "Timeouts that expired before their body had ended",
        CoroutineStats::timeouts);
  }

  private static void registerStates(Meters<CoroutineStats> meters) {
    meters.secondsGauge(
        "tourbillon.coroutine.tick", "The length of a tick", CoroutineStats::tickNanos);
    state(meters, "created", CoroutineStats::created);
    state(meters, "ready", CoroutineStats::ready);
    state(meters, "running", CoroutineStats::running);
    state(meters, "suspended", CoroutineStats::suspended);
    meters.gauge(
        "tourbillon.coroutine.threads",
        "Threads of the thread factory of the scheduler that have not ended",
        CoroutineStats::threads);
    meters.gauge(
        "tourbillon.coroutine.abandoned.calls",
        "Abandonable blocking calls that still run after their coroutine has gone on",
        CoroutineStats::abandonedCalls);
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
        "Length of the ready queue of a loop",
        of(loop, LoopStats::readyQueue),
        "loop",
        name);
    meters.gauge(
        "tourbillon.coroutine.loop.mailbox",
        "Messages from other threads that a loop has not read",
        of(loop, LoopStats::mailbox),
        "loop",
        name);
    meters.gauge(
        "tourbillon.coroutine.loop.dead",
        "1 if a loop has failed, so that nothing runs on it",
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
        "Turns of coroutines and of other virtual threads",
        of(loop, LoopStats::switches),
        "loop",
        name);
    meters.counter(
        "tourbillon.coroutine.taken.over",
        "Coroutines that a loop took over from others",
        of(loop, LoopStats::takenOver),
        "loop",
        name);
    meters.counter(
        "tourbillon.coroutine.stalls",
        "Turns that held their loop for longer than the limit of the watchdog",
        of(loop, LoopStats::stalls),
        "loop",
        name);
  }

  private static ToDoubleFunction<CoroutineStats> of(int loop, ToLongFunction<LoopStats> value) {
    return stats -> value.applyAsLong(stats.loops().get(loop));
  }
}
