package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A coroutine that has the turn spawns one that stays, while the rescuer lets go of three that are
 * ready.
 *
 * <p>Both change the list of residents and their count, inside the gate. Forbidden: one is lost, or
 * stands in the list although it has left, or the count is wrong.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 44", expect = ACCEPTABLE, desc = "the gate was closed")
@Outcome(id = "0, 3, 14", expect = ACCEPTABLE, desc = "the rescuer has let three go")
@Outcome(id = "0, 4, 14", expect = ACCEPTABLE, desc = "it has seen the new one as well")
public class RescueAgainstSpawn {
  private final Race race = new Together(new Steps());

  @Actor
  public void spawn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void rescue(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The second number is how many the rescuer has looked at. The third is ten times the count of
   * residents, and the number of coroutines in the list and among the newcomers.
   */
  public static final class Steps implements Race {
    private static final int MOVABLE = 3;

    private final CoroutineLoop residence = StandingLoop.newLoop();
    private final EventLoop loop = residence;
    private final Rescuer.Watched watched =
        new Rescuer.Watched(loop, Objects.requireNonNull(loop.gate()));

    /** A loop in a turn, behind which some coroutines are ready. */
    public Steps() {
      for (int number = 1; number <= MOVABLE; number++) {
        if (!loop.takeOver(StandingLoop.begun(residence, number))) {
          throw new IllegalStateException("nobody else knows it");
        }
      }
      loop.begin(StandingLoop.begun(residence, MOVABLE + 1));
      watched.turn = watched.gate.turn();
    }

    @Override
    public int first() {
      loop.adopt(StandingLoop.staying(residence, MOVABLE + 2));
      return 0;
    }

    @Override
    public int second() {
      return Rescuer.rescueSome(watched);
    }

    @Override
    public int after() {
      loop.end();
      long all = residence.some(100).stream().distinct().count();
      return (int) (10 * loop.counts().get(Count.PRESENT) + all);
    }
  }

  /** The coroutine does not close the gate. */
  @JCStressTest
  @JCStressMeta(RescueAgainstSpawn.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(CoroutineLoop.class).without("keep", "closeGate"),
            Defect.in("io.tourbillon.coroutine.internal.task.Residents").pausing("add", "first"));

    private final Race race = TWINS.race();

    @Actor
    public void spawn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void rescue(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
