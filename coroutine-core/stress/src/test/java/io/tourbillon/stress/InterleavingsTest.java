package io.tourbillon.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tourbillon.stress.StressRun.Report;
import io.tourbillon.stress.StressRun.Verdict;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jcstress.infra.runners.TestList;

/** All stress classes pass, and all their twins are caught. */
class InterleavingsTest {
  private static final String ALL = ".";
  private static final String TWIN = ".Twin";
  private static final String RACES = "^(?!.*[.]Twin$)";

  /** Some races of each kind, and a twin that is caught within a moment. */
  private static final String USUAL =
      "[.](?:MutualExclusion|MutualExclusionOfShortLock|LastPermit|PermitsBetweenStripes"
          + "|CancelAgainstFire|RescheduleAgainstFire|ScheduleAgainstShutdown"
          + "|ClaimByTwoLoops|PostAgainstRest|SpawnAgainstRest"
          + "|ResumeAgainstCut|SendAgainstReceive)$|LastPermit[.]Twin$";

  private static final int BRIEF_MILLIS = 150;

  /** For the twins that were not caught in the runs before. */
  private static final int[] MORE_MILLIS = {500, 2000, 4000, 15_000};

  private static final int THOROUGH_MILLIS = 300;

  @TempDir Path folder;

  @Test
  void everyRace_hasATwin() {
    NavigableSet<String> races = new TreeSet<>();
    NavigableSet<String> twins = new TreeSet<>();
    for (String name : TestList.tests()) {
      if (name.endsWith(TWIN)) {
        twins.add(name.substring(0, name.length() - TWIN.length()));
      } else {
        races.add(name);
      }
    }
    assertFalse(races.isEmpty());
    assertEquals(String.join("\n", races), String.join("\n", twins));
  }

  @Test
  @Timeout(840)
  void racesHold_forAShortTime() throws Exception {
    check(USUAL, StressRun.brief(folder, BRIEF_MILLIS).run(USUAL));
  }

  @Test
  @Tag("long")
  @Tag("stress")
  @Timeout(3600)
  void racesHoldAndTwinsAreCaught_forAShortTime() throws Exception {
    check(ALL, StressRun.brief(folder, BRIEF_MILLIS).run(ALL));
  }

  @Test
  @Tag("long")
  @Tag("stress")
  @Timeout(14_400)
  void racesHold_inAllConfigurationsOfTheJvm() throws Exception {
    check(RACES, StressRun.thorough(folder, THOROUGH_MILLIS).run(RACES));
  }

  /**
   * On a busy machine the threads of a race may hardly meet within a short time. A twin that has
   * not been caught gets further chances, a race that has failed does not.
   */
  private void check(String expression, NavigableMap<String, Report> reports) throws Exception {
    long chosen =
        TestList.tests().stream().filter(Pattern.compile(expression).asPredicate()).count();
    assertEquals(chosen, reports.size(), "results of " + reports.navigableKeySet());
    assertEquals("", unlike(reports, name -> !name.endsWith(TWIN), Verdict.PASSED));
    NavigableMap<String, Report> twins = new TreeMap<>(reports);
    twins.keySet().removeIf(name -> !name.endsWith(TWIN));
    String missed = missed(twins);
    for (int millis : MORE_MILLIS) {
      if (!missed.isEmpty()) {
        twins.putAll(StressRun.brief(folder, millis).run(missed));
        missed = missed(twins);
      }
    }
    assertEquals("", unlike(twins, _ -> true, Verdict.FAILED));
  }

  /** An expression for the twins that have passed; empty if there are none. */
  private static String missed(NavigableMap<String, Report> twins) {
    return twins.entrySet().stream()
        .filter(twin -> twin.getValue().verdict() == Verdict.PASSED)
        .map(twin -> "^" + Pattern.quote(twin.getKey()) + "$")
        .collect(Collectors.joining("|"));
  }

  private static String unlike(
      NavigableMap<String, Report> reports, Predicate<String> names, Verdict expected) {
    NavigableMap<String, Report> others = new TreeMap<>(reports);
    others
        .entrySet()
        .removeIf(each -> !names.test(each.getKey()) || each.getValue().verdict() == expected);
    return StressRun.lines(others);
  }
}
