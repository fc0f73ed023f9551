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
 * A coroutine is spawned on a busy loop while the searcher, on which the spawner relies, gets work
 * of its own.
 *
 * <p>The searcher ceases to search and then looks once more; the spawner adds the coroutine and
 * then looks whether a loop searches. Forbidden: neither of them calls the loop that rests.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the loop that rests was called")
public class SpawnAgainstWorkOfSearcher {
  private final Race race = new Together(new Steps());

  @Actor
  public void spawn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void work(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the loop that rests was called. */
  public static final class Steps implements Race {
    private final Peer[] loops = new Peer[3];
    private final WorkStealing stealing = StealingLoop.among(loops);
    private final StealingLoop busy = new StealingLoop(stealing);
    private final StealingLoop idle = new StealingLoop(stealing);
    private final StealingLoop searching = new StealingLoop(stealing);

    /** A loop at work, one that rests, and the searcher. */
    public Steps() {
      loops[0] = busy;
      loops[1] = idle;
      loops[2] = searching;
      idle.rest();
      searching.rest();
      boolean _ = stealing.becomeSearcher(searching);
    }

    @Override
    public int first() {
      busy.spawn();
      return 0;
    }

    @Override
    public int second() {
      searching.work();
      return 0;
    }

    @Override
    public int after() {
      return idle.rouses();
    }
  }

  /** A searcher that gets work does not look once more. */
  @JCStressTest
  @JCStressMeta(SpawnAgainstWorkOfSearcher.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Thief.class).without("stopSearching", "loopWithOldest"));

    private final Race race = TWINS.race();

    @Actor
    public void spawn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void work(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
