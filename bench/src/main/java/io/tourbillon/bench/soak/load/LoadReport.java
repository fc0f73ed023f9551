package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.soak.round.Breaches;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Sampler;
import io.tourbillon.bench.soak.round.Window;
import io.tourbillon.coroutine.Engine;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.AbstractHistogram;
import org.jspecify.annotations.Nullable;

/** Collects what a load reports. For one thread, but for the breaches. */
final class LoadReport {
  /** Windows of a load are longer than those of a fault: it runs for minutes. */
  static final long WINDOW_MILLIS = 1000;

  private final String name;
  private final long seed;
  private final Breaches breaches = new Breaches();
  private final Map<String, Long> figures = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();

  LoadReport(String name, long seed) {
    this.name = name;
    this.seed = seed;
  }

  Breaches breaches() {
    return breaches;
  }

  void figure(String what, long value) {
    figures.put(what, value);
  }

  void note(String note) {
    notes.add(note);
  }

  /** Reports the distribution of a time. */
  void times(String what, AbstractHistogram nanos) {
    figure(what + ", p50, us", TimeUnit.NANOSECONDS.toMicros(nanos.getValueAtPercentile(50)));
    figure(what + ", p99, us", TimeUnit.NANOSECONDS.toMicros(nanos.getValueAtPercentile(99)));
    figure(what + ", p99.9, us", TimeUnit.NANOSECONDS.toMicros(nanos.getValueAtPercentile(99.9)));
    figure(what + ", longest, us", TimeUnit.NANOSECONDS.toMicros(nanos.getMaxValue()));
  }

  /** Reports how late timers and coroutines were in a part of the load. */
  void lateness(Window part) {
    figure("lateness of timers, p50, us", part.timers().p50Nanos() / 1000);
    figure("lateness of timers, p99, us", part.timers().p99Nanos() / 1000);
    figure("lateness of timers, most, us", part.timers().maxNanos() / 1000);
    if (part.sleeps().count() > 0) {
      figure("lateness of delays, p50, us", part.sleeps().p50Nanos() / 1000);
      figure("lateness of delays, p99, us", part.sleeps().p99Nanos() / 1000);
      figure("lateness of delays, most, us", part.sleeps().maxNanos() / 1000);
    }
    figure("lateness of a thread that only parks, p99, us", part.machine().p99Nanos() / 1000);
  }

  RoundResult result(@Nullable Engine engine, Window part, Sampler sampler) {
    return result(engine == null ? "" : engine.name(), part, sampler.windows());
  }

  /** Returns the option of this JVM that chooses the collector; empty if there is none. */
  static String collector() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.matches("-XX:\\+Use\\w+GC"))
        .findFirst()
        .orElse("");
  }

  RoundResult result(String engine, @Nullable Window part, List<Window> windows) {
    return new RoundResult(
        name, seed, engine, collector(), 0, 0, breaches.all(), figures, notes, null, part, windows);
  }
}
