package io.tourbillon.bench.compare;

import io.tourbillon.bench.host.Machine;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All results of a comparison, as in its file.
 *
 * @param format the version of the file format
 * @param command the arguments of the comparison
 * @param commit of the sources; ends in -dirty if they had uncommitted changes
 * @param jvmFlags the flags of every JVM that was measured; coroutines also have -Xmn
 * @param versions the versions of the subjects, by name
 * @param absent the reasons why subjects did not take part, by their ids
 * @param plannedRuns the number of runs if all take place
 */
record Results(
    int format,
    Instant started,
    long seconds,
    String command,
    String commit,
    Machine machine,
    List<String> jvmFlags,
    Map<String, String> versions,
    Map<String, String> absent,
    int plannedRuns,
    List<Outcome> outcomes) {
  static final int FORMAT = 1;

  /** A file may lack any part. */
  Results {
    Objects.requireNonNull(started, "started");
    Objects.requireNonNull(command, "command");
    Objects.requireNonNull(commit, "commit");
    Objects.requireNonNull(machine, "machine");
    Objects.requireNonNull(jvmFlags, "jvmFlags");
    Objects.requireNonNull(versions, "versions");
    Objects.requireNonNull(absent, "absent");
    Objects.requireNonNull(outcomes, "outcomes");
  }

  /** Returns true if no run was left out, or was lost with a process that was killed. */
  boolean isComplete() {
    return outcomes.size() == plannedRuns
        && outcomes.stream().noneMatch(outcome -> outcome.status() == Outcome.Status.LEFT_OUT);
  }
}
