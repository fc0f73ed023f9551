package io.tourbillon.timer.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tourbillon.timer.MissedTick;
import io.tourbillon.timer.ServiceKind;
import io.tourbillon.timer.programs.TimerProgramRun.Twin;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random programs of timers do what the documentation says: they arm, cancel and rearm timers of
 * all kinds, from outside and in tasks, cancel groups, pause the process, step the wall clock and
 * shut down. {@link TimerOracle} says which outcomes the documentation permits.
 *
 * <p>A failure names a seed and shows the smallest program that fails. {@code -Dtests.programs=1
 * -Dtests.programs.seed=SEED} runs that seed again, and larger numbers run more programs.
 */
class RandomTimersTest {
  private static final int PROGRAMS = Integer.getInteger("tests.programs", 1000);
  private static final long SEED =
      Long.getLong("tests.programs.seed", ThreadLocalRandom.current().nextInt());
  private static final int MOST_PROGRAMS_FOR_A_TWIN = 1000;
  private static final int MOST_OPERATIONS_LEFT = 6;
  private static final int MOST_STATES = 20_000;
  private static final int MOST_TRIALS = 3000;

  /** A program that fails. */
  private record Fault(long seed, List<TimerOp> smallest, String words) {
    @Override
    public String toString() {
      return "the program of seed "
          + seed
          + " fails; to see it again: -Dtests.programs=1 -Dtests.programs.seed="
          + seed
          + "\nwhat is left of it, of "
          + TimerOp.sizeOf(smallest)
          + " operations:\n"
          + String.join("\n", smallest.stream().map(TimerOp::toString).toList())
          + "\n"
          + words;
    }
  }

  private static @Nullable String faultOf(
      List<TimerOp> program, ServiceKind kind, long seed, Twin twin, Count count) {
    Set<String> permitted = TimerOracle.outcomesOf(program, MOST_STATES);
    String seen = TimerProgramRun.of(program, kind, seed, twin);
    count.add(permitted);
    if (permitted == null || permitted.contains(seen)) {
      return null;
    }
    return kind
        + " service, seen:\n"
        + seen
        + "permitted, one of "
        + permitted.size()
        + ":\n"
        + permitted.iterator().next();
  }

  /** How many programs were compared with all permitted outcomes. */
  private static final class Count {
    int programs;
    int compared;
    int withChoices;

    void add(@Nullable Set<String> permitted) {
      programs++;
      compared += permitted == null ? 0 : 1;
      withChoices += permitted != null && permitted.size() > 1 ? 1 : 0;
    }

    @Override
    public String toString() {
      return programs
          + " programs, "
          + compared
          + " compared with all permitted outcomes, of which "
          + withChoices
          + " have more than one";
    }
  }

  private static @Nullable Fault firstFault(
      ServiceKind kind, long first, int programs, Twin twin, Count count) {
    for (long seed = first; seed < first + programs; seed++) {
      List<TimerOp> program = TimerProgramGenerator.of(seed);
      String words = faultOf(program, kind, seed, twin, count);
      if (words != null) {
        return smallest(kind, seed, program, twin, words);
      }
    }
    return null;
  }

  private static Fault smallest(
      ServiceKind kind, long seed, List<TimerOp> program, Twin twin, String words) {
    Fault smallest = new Fault(seed, program, words);
    int trials = 0;
    boolean isSmaller = true;
    while (isSmaller && trials < MOST_TRIALS) {
      isSmaller = false;
      for (List<TimerOp> candidate : TimerOp.smaller(smallest.smallest)) {
        trials++;
        String still = faultOf(candidate, kind, seed, twin, new Count());
        if (still != null) {
          smallest = new Fault(seed, candidate, still);
          isSmaller = true;
          break;
        }
      }
    }
    return smallest;
  }

  private static void runAll(ServiceKind kind, int programs) {
    Count count = new Count();
    Fault fault = firstFault(kind, SEED, programs, Twin.NONE, count);
    if (fault != null) {
      fail(fault.toString());
    }
    System.out.println(kind + ": " + count + "; the first seed is " + SEED);
    if (programs >= 100) {
      assertTrue(count.compared > 0.9 * count.programs, count::toString);
    }
  }

  @ParameterizedTest
  @EnumSource
  void programs_endAsTheDocumentationSays(ServiceKind kind) {
    runAll(kind, PROGRAMS);
  }

  @ParameterizedTest
  @EnumSource
  @Tag("long")
  @Timeout(1800)
  void tenThousandPrograms_endAsTheDocumentationSays(ServiceKind kind) {
    runAll(kind, 10_000);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void twin_isCaught_byAShortProgram_eachTime(Twin twin) {
    Fault fault = firstFault(ServiceKind.SHARED, 1, MOST_PROGRAMS_FOR_A_TWIN, twin, new Count());
    assertNotNull(fault, "not caught: " + twin);
    assertTrue(TimerOp.sizeOf(fault.smallest) <= MOST_OPERATIONS_LEFT, fault::toString);
    Fault again = firstFault(ServiceKind.SHARED, fault.seed, 1, twin, new Count());
    assertEquals(fault, again, "a replay of the seed");
  }

  @Test
  void oracle_ofTwoTimersOfOneTick_permitsEitherFirst() {
    TimerOp.Arm second = arm(1, List.of());
    List<TimerOp> program =
        List.of(arm(0, List.of(new TimerOp.Cancel(1))), second, new TimerOp.Advance(5000));
    assertEquals(
        Set.of(
            """
            timer 0: @3000 cancel 1=true
            timer 1:
            program: arm 0=done arm 1=done pending 0
            """,
            """
            timer 0: @3000 cancel 1=false
            timer 1: @3000
            program: arm 0=done arm 1=done pending 0
            """),
        TimerOracle.outcomesOf(program, 100));
  }

  private static TimerOp.Arm arm(int timer, List<TimerOp> task) {
    return new TimerOp.Arm(
        timer, TimerOp.Kind.HANDLE, 2500, 0, 0, -1, MissedTick.SKIP, false, task);
  }
}
