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
 * A coroutine is spawned on a busy loop while another loop goes to rest.
 *
 * <p>The resting loop says that it is idle and then looks for coroutines that wait elsewhere; the
 * spawner adds the coroutine and then looks for an idle loop. Forbidden: the loop rests until it is
 * woken, and nobody has woken it, so the coroutine waits although a loop is free.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, [01]", expect = ACCEPTABLE, desc = "the loop will look again")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the loop has rested, and was woken")
public class SpawnAgainstRest {
  private final Race race = new Together(new Steps());

  @Actor
  public void spawn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void rest(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 if the loop rests until it is woken, the third 1 if it was. */
  public static final class Steps implements Race {
    private final Peer[] loops = new Peer[2];
    private final WorkStealing stealing = StealingLoop.among(loops);
    private final StealingLoop busy = new StealingLoop(stealing);
    private final StealingLoop other = new StealingLoop(stealing);

    /** Two loops at work. */
    public Steps() {
      loops[0] = busy;
      loops[1] = other;
    }

    @Override
    public int first() {
      busy.spawn();
      return 0;
    }

    @Override
    public int second() {
      return Race.bit(other.restsForEver());
    }

    @Override
    public int after() {
      return other.rouses();
    }
  }

  /** A loop says that it is idle without a fence. */
  @JCStressTest
  @JCStressMeta(SpawnAgainstRest.class)
  @State
  public static class Twin {
    private static final Twins TWINS = new Twins(Steps.class, Defect.in(Thief.class).plain("idle"));

    private final Race race = TWINS.race();

    @Actor
    public void spawn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void rest(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
