package io.tourbillon.bench.compare;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All that a comparison has found out, as it stands in its file.
 *
 * @param format the version of this form
 * @param command the arguments that it was started with
 * @param commit of the sources; ends in -dirty if they were changed since
 * @param jvmFlags of every JVM that was measured; for coroutines there is -Xmn besides
 * @param versions of the subjects, by name
 * @param absent reasons why subjects did not take part, by their ids
 * @param plannedRuns how many there are if nothing comes between
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

  /** A file may lack any of them. */
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

  /** Whether nothing was left out, nor lost with a process that was killed. */
  boolean isComplete() {
    return outcomes.size() == plannedRuns
        && outcomes.stream().noneMatch(outcome -> outcome.status() == Outcome.Status.LEFT_OUT);
  }
}
