package io.tourbillon.bench.soak;

import io.tourbillon.bench.soak.round.RoundResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rounds so far. A soak of a night has thousands, so only some keep the windows for their
 * plots: of each fault the first ones with a breach, the one that was latest after the fault, and
 * the last.
 */
final class Archive {
  /** How many rounds with breaches keep their windows, for each fault. */
  private static final int MOST_BREACHES = 3;

  private final List<RoundResult> rounds = new ArrayList<>();

  void add(RoundResult round) {
    rounds.add(round);
    prune(round.name());
  }

  private void prune(String name) {
    List<RoundResult> ofFault = rounds.stream().filter(round -> round.name().equals(name)).toList();
    Set<RoundResult> kept = new HashSet<>();
    ofFault.stream().filter(round -> !round.isWell()).limit(MOST_BREACHES).forEach(kept::add);
    ofFault.stream().max(Comparator.comparingLong(RoundResult::p99NanosAfter)).ifPresent(kept::add);
    kept.add(ofFault.getLast());
    rounds.replaceAll(
        round ->
            round.name().equals(name) && !round.windows().isEmpty() && !kept.contains(round)
                ? round.withoutWindows()
                : round);
  }

  List<RoundResult> rounds() {
    return List.copyOf(rounds);
  }

  boolean isWell() {
    return rounds.stream().allMatch(RoundResult::isWell);
  }
}
