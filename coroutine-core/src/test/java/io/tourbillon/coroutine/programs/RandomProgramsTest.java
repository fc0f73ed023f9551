package io.tourbillon.coroutine.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.Mutants;
import io.tourbillon.coroutine.programs.Campaign.Fault;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random programs end as the documentation says, whatever the order of turns. {@link Oracle} says
 * which outcomes it permits.
 *
 * <p>A failure names a seed and shows the smallest program that fails. {@code -Dtests.programs=1
 * -Dtests.programs.seed=SEED} runs that seed again, and larger numbers run more programs.
 */
class RandomProgramsTest {
  private static final int PROGRAMS = Integer.getInteger("tests.programs", 100);
  private static final long SEED =
      Long.getLong("tests.programs.seed", ThreadLocalRandom.current().nextInt());
  private static final int MOST_PROGRAMS_FOR_A_TWIN = 250;
  private static final int MOST_OPERATIONS_LEFT = 7;

  private static void runAll(int programs) {
    Campaign campaign = new Campaign(Twin.NONE);
    Fault fault = campaign.firstFaultOf(SEED, programs);
    if (fault != null) {
      fail(fault.toString());
    }
    System.out.println(campaign + "; the first seed is " + SEED);
    if (programs >= 100) {
      assertTrue(campaign.shareCompared() > 0.8, campaign::toString);
    }
  }

  @Tag("not-plain-thread")
  @Test
  void programs_inRandomOrdersOfTurns_endAsTheDocumentationSays() {
    runAll(PROGRAMS);
  }

  @Tag("not-plain-thread")
  @Test
  @Tag("long")
  @Timeout(1800)
  void tenThousandPrograms_inRandomOrdersOfTurns_endAsTheDocumentationSays() {
    runAll(10_000);
  }

  @Tag("continuation") // The twins are the same on each engine; this one is the fastest.
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void twin_isCaught_byAShortProgram_eachTime(Twin twin) {
    Fault fault = new Campaign(twin).firstFaultOf(1, MOST_PROGRAMS_FOR_A_TWIN);
    assertNotNull(fault, "not caught: " + twin);
    assertTrue(fault.smallest().size() <= MOST_OPERATIONS_LEFT, fault::toString);
    Fault again = new Campaign(twin).run(fault.seed());
    assertEquals(fault, again, "a replay of the seed");
  }

  /** The twins are the scheduler of production, with one call taken out. */
  @Tag("continuation")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "task.OpenScope:close:awaitChildren=0",
        "task.OpenScope:join:isFrom=0",
        "task.Supervisor:carryOut:tell=0",
        "task.SuspendingCoroutine:delay:checkCancelled=0",
        "task.CoroutineTask:yieldNow:checkCancelled=0",
      })
  void schedulerWithoutACall_isCaught_byAShortProgram(String withoutCall) throws Exception {
    Class<?> campaign =
        new Mutants(Mutants.Mutant.of(withoutCall)).loadClass(Campaign.class.getName());
    Method firstFault = campaign.getDeclaredMethod("firstFault", long.class, int.class);
    firstFault.setAccessible(true); // The class of another loader is in another package.
    String fault = (String) firstFault.invoke(null, 1L, MOST_PROGRAMS_FOR_A_TWIN);
    assertNotNull(fault, "not caught: " + withoutCall);
    String size = fault.replaceAll("(?s).*what is left of it, of (\\d+) operations.*", "$1");
    assertTrue(Integer.parseInt(size) <= MOST_OPERATIONS_LEFT, fault);
  }

  // The oracle itself, where the documentation leaves a choice and where it does not.

  private static Set<String> outcomesOf(List<Op> body) {
    return Set.copyOf(Oracle.outcomesOf(new Program(List.of(1), 1, 9, body), 1000));
  }

  @Test
  void oracle_ofAReceiveAndACancellationAtTheSameTime_permitsEitherFirst() {
    Set<String> outcomes =
        outcomesOf(
            List.of(
                new Op.Spawn(1, List.of(new Op.Receive(0, 0))),
                new Op.Spawn(2, List.of(new Op.Delay(5), new Op.Send(0, 0))),
                new Op.Delay(5),
                new Op.Cancel(1)));
    assertEquals(
        Set.of(
            """
            0 is done: @5 awake, @5 cancel 1: true, @5 end
            1 is cancelled: @5 stopped by cancel, @5 end
            2 is done: @5 awake, @5 sent a 2.0, @5 end
            a holds [2.0]
            """,
            """
            0 is done: @5 awake, @5 cancel 1: true, @5 end
            1 is done: @5 received a 2.0, @5 end
            2 is done: @5 awake, @5 sent a 2.0, @5 end
            a holds []
            """,
            """
            0 is done: @5 awake, @5 cancel 1: false, @5 end
            1 is done: @5 received a 2.0, @5 end
            2 is done: @5 awake, @5 sent a 2.0, @5 end
            a holds []
            """),
        outcomes);
  }

  @Test
  void oracle_ofAScopeWhoseChildFails_permitsOneOutcome() {
    Set<String> outcomes =
        outcomesOf(
            List.of(
                new Op.Scope(
                    Policy.FAIL_FAST,
                    0,
                    List.of(
                        new Op.Child(1, List.of(new Op.Delay(3), new Op.Fail(1))),
                        new Op.Child(
                            2,
                            List.of(
                                new Op.Guard(
                                    List.of(new Op.Delay(9)),
                                    List.of(new Op.Shield(4, List.of(new Op.Delay(2)))))))))));
    assertEquals(
        Set.of(
            """
            0 is done: @5 scope failed 1, @5 end
            1 is failed 1: @3 awake, @3 end
            2 is cancelled: @3 stopped by cancel, @3 cleanup, @5 awake, @5 shielded, @5 end
            a holds []
            """),
        outcomes);
  }
}
