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
 * A loop removes the entry of a coroutine that was claimed, and lets go of the coroutine again,
 * while another loop is about to remove the old entry.
 *
 * <p>Both entries are of one coroutine, so the other loop may remove the new one. It looks again
 * then, and adds the coroutine if that is unclaimed. Forbidden: the coroutine is unclaimed and not
 * among the newcomers, so no loop that rests can find it.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the newcomers have it")
public class LetGoAgainstTidying {
  private final Race race = new Together(new Steps());

  @Actor
  public void letGo(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void tidy(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the coroutines among the newcomers. */
  public static final class Steps implements Race {
    private final Newcomers newcomers = new Newcomers();
    private final Claimable coroutine = new Claimable();

    /** A coroutine that was claimed. */
    public Steps() {
      newcomers.add(coroutine);
      boolean _ = coroutine.claim();
    }

    @Override
    public int first() {
      newcomers.forgetFirst();
      coroutine.letGo();
      newcomers.add(coroutine);
      return 0;
    }

    @Override
    public int second() {
      newcomers.forgetFirst();
      return 0;
    }

    @Override
    public int after() {
      return newcomers.all().size();
    }
  }

  /** A loop that has removed an entry does not look again. */
  @JCStressTest
  @JCStressMeta(LetGoAgainstTidying.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Newcomers.class).without("oldest", "add"),
            Defect.in(Newcomers.class).pausing("oldest", "remove"));

    private final Race race = TWINS.race();

    @Actor
    public void letGo(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void tidy(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
