package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.ForeignKind;
import io.tourbillon.bench.subject.Subject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks a comparison to do.
 *
 * @param subjectIds the subjects to compare; empty for all that are present
 * @param sizes replaces the sizes of the scenarios, unless it is empty
 * @param limit the time limit
 * @param folder the folder to write to
 * @param before an earlier comparison to compare with, or null
 * @param command as the user wrote it
 */
record Request(
    List<Scenario> scenarios,
    Set<String> subjectIds,
    List<Integer> sizes,
    int repetitions,
    boolean quick,
    int heapMegabytes,
    Duration limit,
    Path folder,
    @Nullable Results before,
    String command) {
  private static final int MOST_REPETITIONS = 100;
  private static final int MOST_THREADS = 64;

  /** With more load, timers wait for longer and longer. */
  private static final int MOST_PERCENT = 95;

  private static final int MOST_MEMBERS = 50_000_000;
  private static final int LEAST_HEAP_MEGABYTES = 64;

  /** For the JVM besides its heap, for this program, and for the system. */
  private static final int OTHER_MEGABYTES = 1024;

  /**
   * Checks everything that can be known before the first measurement.
   *
   * @param availableMegabytes memory of this machine that is available
   */
  void requireFit(long availableMegabytes) throws UnfitException {
    requireInRange("--repeat", repetitions, MOST_REPETITIONS);
    for (int size : sizes) {
      requireInRange("--size", size, MOST_MEMBERS);
    }
    require(
        sizes.isEmpty() || scenarios.size() == 1,
        "--size must come with one --scenario: " + scenarios.size());
    requireSubjects();
    requireSizes();
    // Otherwise a regression check would always succeed.
    require(
        before == null || hasCommon(before),
        "--against must have a measurement of the same scenario, subject, size, warm-up and length"
            + " as this comparison: it has none");
    requireHeap(availableMegabytes);
    requireMemory(availableMegabytes);
  }

  private static void require(boolean holds, String message) throws UnfitException {
    if (!holds) {
      throw new UnfitException(message);
    }
  }

  private static void requireInRange(String option, int value, int most) throws UnfitException {
    require(value >= 1 && value <= most, option + " must be from 1 to " + most + ": " + value);
  }

  private void requireSubjects() throws UnfitException {
    Set<String> known =
        scenarios.stream()
            .flatMap(scenario -> scenario.subjects().stream())
            .map(Subject::id)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String id : subjectIds) {
      require(
          known.contains(id),
          "--subject must be one of those in the scenarios, " + known + ": " + id);
    }
  }

  private void requireSizes() throws UnfitException {
    for (Scenario scenario : scenarios) {
      require(
          !Plan.jobs(scenario, sizes, quick).isEmpty(),
          "--quick must leave out what takes long, or come with --size: " + scenario.id());
      require(
          scenario != Scenario.IDLE || sizes.isEmpty() || sizes.equals(List.of(1)),
          "--size must be 1 for idle: " + sizes);
      require(
          scenario != Scenario.LATENESS_BY_LOAD
              || sizes.stream().allMatch(size -> size <= MOST_PERCENT),
          "--size is the part of a core that is busy, in percent, and must be from 1 to "
              + MOST_PERCENT
              + " for lateness-by-load: "
              + sizes);
      require(
          !scenario.isOnThreads() || sizes.stream().allMatch(size -> size <= MOST_THREADS),
          "--size is the number of threads, and must be from 1 to "
              + MOST_THREADS
              + " for "
              + scenario.id()
              + ": "
              + sizes);
    }
  }

  private boolean hasCommon(Results earlier) {
    Set<Summary.Key> measured =
        earlier.outcomes().stream()
            .filter(outcome -> outcome.measurement() != null)
            .map(Summary.Key::of)
            .collect(Collectors.toSet());
    return plan(subject -> true).runs().stream()
        .map(run -> new Summary.Key(run.scenario().id(), run.job(), run.subject().id()))
        .anyMatch(measured::contains);
  }

  private void requireHeap(long availableMegabytes) throws UnfitException {
    require(
        heapMegabytes >= LEAST_HEAP_MEGABYTES,
        "--heap must be " + LEAST_HEAP_MEGABYTES + "m at least: " + heapMegabytes + "m");
    require(
        heapMegabytes + OTHER_MEGABYTES <= availableMegabytes,
        String.format(
            Locale.ROOT,
            "--heap must leave %d of the %d MB that are available here: %dm",
            OTHER_MEGABYTES,
            availableMegabytes,
            heapMegabytes));
    for (Scenario scenario : scenarios) {
      for (Job job : Plan.jobs(scenario, sizes, quick)) {
        int needed = scenario.leastHeapMegabytes(job.size());
        require(
            heapMegabytes >= needed,
            String.format(
                Locale.ROOT,
                "--heap must be %dm at least for %s with %d: %dm",
                needed,
                scenario.id(),
                job.size(),
                heapMegabytes));
      }
    }
  }

  private void requireMemory(long availableMegabytes) throws UnfitException {
    for (Run run : plan(subject -> subject instanceof ForeignKind).runs()) {
      ForeignKind kind = (ForeignKind) run.subject();
      int size = run.job().size();
      int needed = run.scenario().leastMegabytes(kind, size);
      require(
          needed <= availableMegabytes,
          String.format(
              Locale.ROOT,
              "%s must have %d MB for %s with %d, and here %d are available;"
                  + " leave it out with --subject, or choose a smaller --size",
              kind.id(),
              needed,
              run.scenario().id(),
              size,
              availableMegabytes));
    }
  }

  /**
   * Makes the plan of the runs.
   *
   * @param present accepts the subjects that can take part here
   */
  Plan plan(Predicate<Subject> present) {
    return Plan.of(scenarios, sizes, repetitions, quick, isWanted().and(present));
  }

  /** The ids of the scenarios and subjects that this quick comparison leaves out. */
  List<String> leftOutByQuick() {
    Stream<String> scenarioIds =
        Stream.of(Scenario.values())
            .filter(scenario -> Plan.jobs(scenario, List.of(), true).isEmpty())
            .filter(scenario -> !scenarios.contains(scenario))
            .map(Scenario::id);
    Stream<String> others =
        Stream.of(Scenario.values())
            .flatMap(scenario -> scenario.subjects().stream())
            .filter(isWanted().negate())
            .filter(subject -> !Plan.isQuick(subject))
            .map(Subject::id);
    return Stream.concat(scenarioIds, others).distinct().toList();
  }

  /** Accepts the subjects that the user wants, whether or not they are present. */
  Predicate<Subject> isWanted() {
    if (!subjectIds.isEmpty()) {
      return subject -> subjectIds.contains(subject.id());
    }
    return subject -> !quick || Plan.isQuick(subject);
  }
}
