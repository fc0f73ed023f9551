package io.tourbillon.bench.compare;

import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.CoroutineKind;
import io.tourbillon.bench.subject.ForeignKind;
import io.tourbillon.bench.subject.Subject;
import io.tourbillon.bench.subject.TalkKind;
import io.tourbillon.bench.subject.TimerKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The runs of a comparison, in their order: scenario by scenario, size by size, and for each size
 * the subjects in turn, repeatedly. So a disturbance of the machine affects all subjects, and a
 * comparison that is cut off has complete scenarios. Each turn begins with another subject.
 */
record Plan(List<Run> runs) {
  /** The subjects of a quick comparison. The others are another size or another form of these. */
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
          TalkKind.OURS_VIRTUAL_THREAD,
          TalkKind.OURS_CONTINUATION,
          TalkKind.VIRTUAL_THREADS,
          TalkKind.JOX,
          TalkKind.KOTLIN,
          ForeignKind.GO,
          ForeignKind.ASYNCIO);

  /**
   * Makes a plan.
   *
   * @param sizes replaces the usual sizes, unless it is empty
   * @param wanted accepts the subjects that are wanted and present
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
