package io.tourbillon.bench.soak;

import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Window;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table of a soak for the terminal: a line for each fault, with the worst lateness of its rounds
 * before the fault and from a second after it on.
 */
final class SoakSummary {
  private static final String FORM = "%-16s %7s %7s %13s %13s %11s %11s%n";

  private SoakSummary() {}

  static String of(List<RoundResult> rounds) {
    Map<String, List<RoundResult>> byName =
        rounds.stream()
            .collect(
                Collectors.groupingBy(RoundResult::name, LinkedHashMap::new, Collectors.toList()));
    StringBuilder text = new StringBuilder();
    byName.forEach(
        (name, ofName) -> {
          if (isOfFault(ofName.getFirst())) {
            text.append(line(name, ofName));
          }
        });
    if (!text.isEmpty()) {
      text.insert(
          0,
          String.format(
              Locale.ROOT,
              FORM,
              "fault",
              "rounds",
              "broken",
              "timers",
              "coroutines",
              "p99 before",
              "p99 after"));
    }
    rounds.stream().filter(round -> !isOfFault(round)).forEach(round -> appendFigures(text, round));
    return text.toString();
  }

  /** A load has figures of its own. */
  private static boolean isOfFault(RoundResult round) {
    return round.faultToMillis() > 0 || round.figures().isEmpty();
  }

  private static String line(String name, List<RoundResult> rounds) {
    return String.format(
        Locale.ROOT,
        FORM,
        name,
        String.format(Locale.ROOT, "%,d", rounds.size()),
        String.format(Locale.ROOT, "%,d", rounds.stream().filter(one -> !one.isWell()).count()),
        total(rounds, "timers"),
        total(rounds, "coroutines"),
        worst(rounds, round -> p99Nanos(round.before())),
        worst(rounds, round -> p99Nanos(round.after())));
  }

  private static String total(List<RoundResult> rounds, String figure) {
    long total = rounds.stream().mapToLong(round -> round.figures().getOrDefault(figure, 0L)).sum();
    return String.format(Locale.ROOT, "%,d", total);
  }

  private static long p99Nanos(@Nullable Window part) {
    return part == null ? 0 : Math.max(part.timers().p99Nanos(), part.sleeps().p99Nanos());
  }

  private static String worst(List<RoundResult> rounds, ToLongFunction<RoundResult> nanos) {
    return String.format(
        Locale.ROOT, "%.1f ms", rounds.stream().mapToLong(nanos).max().orElse(0) / 1e6);
  }

  private static void appendFigures(StringBuilder text, RoundResult round) {
    text.append(round.name()).append('\n');
    round
        .figures()
        .forEach(
            (what, figure) ->
                text.append(String.format(Locale.ROOT, "  %-50s %,15d%n", what, figure)));
    round.notes().forEach(note -> text.append("  ").append(note).append('\n'));
  }
}
