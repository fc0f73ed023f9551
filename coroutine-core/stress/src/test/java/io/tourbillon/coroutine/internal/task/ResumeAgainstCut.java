package io.tourbillon.coroutine.internal.task;

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
 * A callback resumes a waiter with a value while the waiter gives up, as for a timeout or a
 * cancellation.
 *
 * <p>One compare-and-set of the outcome decides. Forbidden: both succeed, so the value goes to
 * nobody although the callback was told that it is delivered; or neither does.
 */
@JCStressTest
@State
@Outcome(id = "1, 0, 7", expect = ACCEPTABLE, desc = "the waiter has the value")
@Outcome(
    id = "0, 1, 0",
    expect = ACCEPTABLE,
    desc = "the waiter has given up, the callback keeps the value")
public class ResumeAgainstCut {
  private final Race race = new Together(new Steps());

  @Actor
  public void resume(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void cut(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is the value that the waiter gets. */
  public static final class Steps implements Race {
    private final ThreadResumption<Integer> wait = new ThreadResumption<>("race");

    /** A wait that is pending. */
    public Steps() {}

    @Override
    public int first() {
      return Race.bit(wait.resume(7));
    }

    @Override
    public int second() {
      return Race.bit(wait.cut());
    }

    @Override
    public int after() {
      return wait.isCut() ? 0 : wait.value();
    }
  }

  /** The outcome is settled by a check and a write. */
  @JCStressTest
  @JCStressMeta(ResumeAgainstCut.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Settlement.class).checkThenAct("settle"),
            Defect.in(Settlement.class).checkThenAct("cut"));

    private final Race race = TWINS.race();

    @Actor
    public void resume(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void cut(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
