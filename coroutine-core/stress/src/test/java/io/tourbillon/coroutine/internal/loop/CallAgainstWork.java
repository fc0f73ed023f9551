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
 * A spawner calls a loop that rests, which gets work of its own at that moment; a third loop rests.
 *
 * <p>The spawner makes the loop the searcher and then looks whether it is still idle; the loop says
 * that it is not and then looks whether it is the searcher. Forbidden: the busy loop is the
 * searcher, and the loop that rests was not called.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the loop that rests was called")
public class CallAgainstWork {
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
    private final StealingLoop called = new StealingLoop(stealing);
    private final StealingLoop idle = new StealingLoop(stealing);

    /** A loop at work, one that is called first, and one that rests. */
    public Steps() {
      loops[0] = busy;
      loops[1] = called;
      loops[2] = idle;
      called.rest();
      idle.rest();
    }

    @Override
    public int first() {
      busy.spawn();
      return 0;
    }

    @Override
    public int second() {
      called.work();
      return 0;
    }

    @Override
    public int after() {
      return idle.rouses();
    }
  }

  /** A spawner that has called a loop which is busy by then leaves it at that. */
  @JCStressTest
  @JCStressMeta(CallAgainstWork.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(WorkStealing.class).without("call", "stopSearching"),
            Defect.in(WorkStealing.class).pausing("call", "compareAndSet"));

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
