package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two busy loops spawn a coroutine each while two others rest.
 *
 * <p>A compare-and-set of the searcher decides which spawner calls a loop. Forbidden: none is
 * called, or both call, so that two loops may search at the same time.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "one loop was called")
public class SpawnsOfTwoLoops {
  private final Race race = new Together(new Steps());

  @Actor
  public void spawn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void spawnToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the calls. */
  public static final class Steps implements Race {
    private final Peer[] loops = new Peer[4];
    private final WorkStealing stealing = StealingLoop.among(loops);
    private final StealingLoop busy = new StealingLoop(stealing);
    private final StealingLoop alsoBusy = new StealingLoop(stealing);
    private final StealingLoop idle = new StealingLoop(stealing);
    private final StealingLoop alsoIdle = new StealingLoop(stealing);

    /** Two loops at work, and two that rest. */
    public Steps() {
      loops[0] = busy;
      loops[1] = alsoBusy;
      loops[2] = idle;
      loops[3] = alsoIdle;
      idle.rest();
      alsoIdle.rest();
    }

    @Override
    public int first() {
      busy.spawn();
      return 0;
    }

    @Override
    public int second() {
      alsoBusy.spawn();
      return 0;
    }

    @Override
    public int after() {
      return idle.rouses() + alsoIdle.rouses();
    }
  }

  /** The searcher is set by a check and a write. */
  @JCStressTest
  @JCStressMeta(SpawnsOfTwoLoops.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(WorkStealing.class).checkThenAct("call"));

    private final Race race = TWINS.race();

    @Actor
    public void spawn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void spawnToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
