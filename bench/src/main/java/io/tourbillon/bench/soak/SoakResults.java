package io.tourbillon.bench.soak;

import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.soak.round.RoundResult;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a soak has seen, as in its file.
 *
 * @param format of this file
 * @param seconds how long it took
 * @param command the arguments
 * @param commit of the sources
 * @param seed of the first round
 * @param complete false if it was stopped
 * @param absent why faults and loads were left out, by their names
 * @param rounds in the order in which they ran
 */
record SoakResults(
    int format,
    Instant started,
    long seconds,
    String command,
    String commit,
    Machine machine,
    long seed,
    boolean complete,
    Map<String, String> absent,
    List<RoundResult> rounds) {
  static final int FORMAT = 1;
}
