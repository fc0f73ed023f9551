package io.tourbillon.bench.soak;

import io.tourbillon.bench.soak.fault.Fault;
import io.tourbillon.bench.soak.load.Load;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to soak.
 *
 * @param faults in the order of their rounds
 * @param loads which run after the faults
 * @param duration of all rounds of faults together, and of each load
 * @param rounds at most so many rounds of faults
 * @param round the length of a round of a fault
 * @param seed of the first round; each further one has the next number
 * @param heapMegabytes of each JVM; null for what each fault or load needs
 * @param folder a new one, for the files
 * @param command for the report
 * @param main the program that runs a round
 */
record SoakRequest(
    List<Fault> faults,
    List<Load> loads,
    Duration duration,
    long rounds,
    Duration round,
    long seed,
    @Nullable Integer heapMegabytes,
    Path folder,
    String command,
    Class<?> main) {
  /** Returns how long all of it takes if no limit of rounds ends it before. */
  Duration whole() {
    Duration ofFaults = faults.isEmpty() ? Duration.ZERO : duration;
    return ofFaults.plus(duration.multipliedBy(loads.size()));
  }
}
