package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.ForeignKind;
import io.tourbillon.bench.subject.Subject;
import io.tourbillon.bench.subject.TimerKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which runs a comparison consists of, in their order: scenario by scenario and size by size, and
 * there the subjects in turn, over and over. So what disturbs the machine for a while disturbs all
 * of them, and a comparison that is cut off has whole scenarios. Each turn begins with another
 * subject.
 */
record Plan(List<Run> runs) {
  /** Those that a quick comparison can do without are another size, or another form, of these. */
  private static final Set<Subject> QUICK_SUBJECTS =
      Set.of(
          TimerKind.OURS_IDS,
          TimerKind.OURS_HANDLES,
          TimerKind.NETTY_8192,
          TimerKind.JDK_POOL,
          TimerKind.KAFKA,
          CoroutineKind.OURS_VIRTUAL_THREAD,
          CoroutineKind.OURS_CONTINUATION,
          CoroutineKind.VIRTUAL_THREADS,
          CoroutineKind.KOTLIN,
          ForeignKind.GO,
          ForeignKind.ASYNCIO);

  /**
   * Makes a plan.
   *
   * @param sizes instead of the usual ones; empty for those
   * @param wanted which subjects are to take part, and can
   */
  static Plan of(
      List<Scenario> scenarios,
      List<Integer> sizes,
      int repetitions,
      boolean quick,
      Predicate<Subject> wanted) {
    List<Run> runs = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      List<Subject> subjects =
          new ArrayList<>(scenario.subjects().stream().filter(wanted).toList());
      for (Job job : jobs(scenario, sizes, quick)) {
        for (int repetition = 1; repetition <= repetitions; repetition++) {
          for (Subject subject : subjects) {
            runs.add(new Run(scenario, job, subject, repetition));
          }
          Collections.rotate(subjects, -1);
        }
      }
    }
    return new Plan(List.copyOf(runs));
  }

  /** Whether a subject is part of quick comparisons. */
  static boolean isQuick(Subject subject) {
    return QUICK_SUBJECTS.contains(subject);
  }

  /** The sizes of a scenario that are measured. */
  static List<Job> jobs(Scenario scenario, List<Integer> sizes, boolean quick) {
    return (quick ? scenario.quick() : scenario.full()).withSizes(sizes).jobs();
  }
}
