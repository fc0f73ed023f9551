package io.tourbillon.coroutine.programs;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.FreshJvm;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What random programs may rely on holds while their coroutines move between loops at any time. */
@Tag("not-continuation")
@Tag("not-plain-thread") // No turns.
class MovingProgramsTest {
  private static final int PROGRAMS = Integer.getInteger("tests.programs", 100);
  private static final long SEED =
      Long.getLong("tests.programs.seed", ThreadLocalRandom.current().nextInt());

  private static void runAll(int programs) throws Exception {
    String said =
        new FreshJvm(MovingPrograms.class)
            .within(Duration.ofMinutes(30))
            .run("" + SEED, "" + programs);
    long moves = Long.parseLong(said.strip().replaceAll("(?s).*moves: ", ""));
    assertTrue(moves > programs, said);
    System.out.println(programs + " programs from seed " + SEED + ", " + moves + " moves");
  }

  @Test
  void programs_whoseCoroutinesMoveAtAnyTime_keepWhatIsPromised() throws Exception {
    runAll(PROGRAMS);
  }

  @Test
  @Tag("long")
  @Timeout(2000)
  void tenThousandPrograms_whoseCoroutinesMoveAtAnyTime_keepWhatIsPromised() throws Exception {
    runAll(10_000);
  }

  @Tag("virtual-thread") // The twins are the same on each engine that moves.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "task.CoroutineTask:moveTo:carry=0", // Its stack still belongs to the loop that let it go.
        "task.CoroutineLoop:own:moveTo=0", // It still belongs to the loop that let it go.
      })
  void brokenTwin_isCaughtByASmallProgram(String withoutCall) throws Exception {
    String said =
        new FreshJvm(MovingPrograms.class)
            .within(Duration.ofMinutes(2))
            .endingWith(1)
            .run("1", "50", withoutCall);
    assertTrue(said.contains("-Dtests.programs=1 -Dtests.programs.seed="), said);
    Matcher operations = Pattern.compile("what is left of it, of (\\d+) operations").matcher(said);
    assertTrue(operations.find() && Integer.parseInt(operations.group(1)) < 10, said);
  }
}
