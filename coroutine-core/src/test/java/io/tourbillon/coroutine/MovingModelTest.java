package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coroutines move at any time, and nothing that is in flight gets lost. */
@Tag("not-continuation")
@Tag("not-plain-thread") // No turns.
class MovingModelTest {
  private static final int SEEDS = 50;

  @Test
  void programs_whoseCoroutinesMoveAtAnyTime_runAsIfTheyStayed() throws Exception {
    String said = new FreshJvm(MovingModel.class).run("1", "" + SEEDS);
    long moves = Long.parseLong(said.strip().replaceAll(".*moves: ", ""));
    assertTrue(moves > 20 * SEEDS, said);
  }

  @Tag("virtual-thread") // The twins are the same on each engine that moves.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "task.CoroutineTask:moveTo:carry=0", // Its stack still belongs to the loop that let it go.
        "task.CoroutineLoop:own:moveTo=0", // It still belongs to the loop that let it go.
        "task.CoroutineLoop:isHeld:holds=0", // Nothing holds it on the loop of its partner.
      })
  void model_findsEachBrokenTwin(String withoutCall) throws Exception {
    find(withoutCall);
  }

  /** The scheduler counts too few coroutines, which takes some ten seconds to show. */
  @Tag("virtual-thread")
  @Tag("long")
  @Test
  void model_findsTheTwinThatCountsTooFew() throws Exception {
    find("task.CoroutineLoop:own:takePlace=0");
  }

  private static void find(String withoutCall) throws Exception {
    String said = new FreshJvm(MovingModel.class).endingWith(1).run("1", "" + SEEDS, withoutCall);
    assertTrue(said.contains("fails"), said);
  }
}
