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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a user asks a comparison to do.
 *
 * @param subjectIds whom to compare; empty for all that are here
 * @param sizes instead of each scenario's own; empty for those
 * @param limit how long it may take
 * @param folder to write to
 * @param before an earlier comparison to hold it against, or null
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
  private static final int MOST_MEMBERS = 50_000_000;
  private static final int LEAST_HEAP_MEGABYTES = 64;

  /** What a JVM takes up beside its heap, and this program, and the system. */
  private static final int OTHER_MEGABYTES = 1024;

  /**
   * Checks all that can be known before anything is measured.
   *
   * @param availableMegabytes memory of this machine that can be had
   */
  void requireFit(long availableMegabytes) throws UnfitException {
    requireInRange("--repeat", repetitions, MOST_REPETITIONS);
    for (int size : sizes) {
      requireInRange("--size", size, MOST_MEMBERS);
    }
    if (!sizes.isEmpty() && scenarios.size() != 1) {
      throw new UnfitException("--size must come with one --scenario: " + scenarios.size());
    }
    requireSubjects();
    requireSizes();
    requireCommon();
    requireHeap(availableMegabytes);
    requireMemory(availableMegabytes);
  }

  private static void requireInRange(String option, int value, int most) throws UnfitException {
    if (value < 1 || value > most) {
      throw new UnfitException(option + " must be from 1 to " + most + ": " + value);
    }
  }

  private void requireSubjects() throws UnfitException {
    Set<String> known = new TreeSet<>();
    for (Scenario scenario : scenarios) {
      scenario.subjects().forEach(subject -> known.add(subject.id()));
    }
    for (String id : subjectIds) {
      if (!known.contains(id)) {
        throw new UnfitException(
            "--subject must be one of those in the scenarios, " + known + ": " + id);
      }
    }
  }

  private void requireSizes() throws UnfitException {
    for (Scenario scenario : scenarios) {
      if (Plan.jobs(scenario, sizes, quick).isEmpty()) {
        throw new UnfitException(
            "--quick must leave out what takes long, or come with --size: " + scenario.id());
      }
      if (scenario == Scenario.IDLE && !sizes.isEmpty() && !sizes.equals(List.of(1))) {
        throw new UnfitException("--size must be 1 for idle: " + sizes);
      }
    }
  }

  /** Otherwise a regression check would be content for ever. */
  private void requireCommon() throws UnfitException {
    if (before == null) {
      return;
    }
    boolean common =
        plan(subject -> true).runs().stream()
            .anyMatch(
                run ->
                    before.outcomes().stream()
                        .anyMatch(
                            outcome ->
                                outcome.measurement() != null
                                    && outcome.scenario().equals(run.scenario().id())
                                    && outcome.job().equals(run.job())
                                    && outcome.subject().equals(run.subject().id())));
    if (!common) {
      throw new UnfitException(
          "--against must have a measurement of the same scenario, subject, size, warm-up and"
              + " length as this comparison: it has none");
    }
  }

  private void requireHeap(long availableMegabytes) throws UnfitException {
    if (heapMegabytes < LEAST_HEAP_MEGABYTES) {
      throw new UnfitException("--heap must be 64m at least: " + heapMegabytes + "m");
    }
    if (heapMegabytes + OTHER_MEGABYTES > availableMegabytes) {
      throw new UnfitException(
          "--heap must leave "
              + OTHER_MEGABYTES
              + " of the "
              + availableMegabytes
              + " MB that are available here: "
              + heapMegabytes
              + "m");
    }
    for (Scenario scenario : scenarios) {
      for (Job job : Plan.jobs(scenario, sizes, quick)) {
        int needed = scenario.leastHeapMegabytes(job.size());
        if (heapMegabytes < needed) {
          throw new UnfitException(
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
  }

  private void requireMemory(long availableMegabytes) throws UnfitException {
    for (Run run : plan(subject -> subject instanceof ForeignKind).runs()) {
      ForeignKind kind = (ForeignKind) run.subject();
      int size = run.job().size();
      int needed = run.scenario().leastMegabytes(kind, size);
      if (needed > availableMegabytes) {
        throw new UnfitException(
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
  }

  /**
   * The runs.
   *
   * @param present whether a subject can take part here
   */
  Plan plan(Predicate<Subject> present) {
    return Plan.of(scenarios, sizes, repetitions, quick, isWanted().and(present));
  }

  /** What a quick comparison can do without and this one does, too, by ids. */
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

  /** Whom the user wants to see; whether it is here is another question. */
  Predicate<Subject> isWanted() {
    if (!subjectIds.isEmpty()) {
      return subject -> subjectIds.contains(subject.id());
    }
    return subject -> !quick || Plan.isQuick(subject);
  }
}
