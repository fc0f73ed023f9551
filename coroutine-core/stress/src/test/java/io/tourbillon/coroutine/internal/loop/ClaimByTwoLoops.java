package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A coroutine that has not begun gets its turn on its loop, while another loop takes it over from
 * the newcomers.
 *
 * <p>One compare-and-set of the state decides, in {@code LoopTask.claim}. Forbidden: both loops run
 * it, or neither does.
 */
@JCStressTest
@State
@Outcome(
    id = {"1, 0, 0", "0, 1, 0"},
    expect = ACCEPTABLE,
    desc = "one loop has claimed it")
public class ClaimByTwoLoops {
  private final Race race = new Together(new Steps());

  @Actor
  public void takeTurn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void takeOver(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the coroutines that can still be claimed. */
  public static final class Steps implements Race {
    private final Newcomers newcomers = new Newcomers();
    private final LoopTask coroutine;

    /** A coroutine among the newcomers. */
    @SuppressWarnings("NullAway") // It does not use its loop before it has a turn.
    public Steps() {
      Action body = () -> {};
      coroutine = new CoroutineTask<@Nullable Void>(null, 1, null, body);
      newcomers.add(coroutine);
    }

    @Override
    public int first() {
      boolean claimed = coroutine.isUnclaimed() && coroutine.claim();
      newcomers.wasClaimed();
      return Race.bit(claimed);
    }

    @Override
    public int second() {
      LoopTask oldest = newcomers.oldest();
      return Race.bit(oldest != null && oldest.claim());
    }

    @Override
    public int after() {
      return newcomers.all().size();
    }
  }

  /** A claim checks and then writes. */
  @JCStressTest
  @JCStressMeta(ClaimByTwoLoops.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in("io.tourbillon.coroutine.internal.task.JoinableCoroutine")
                .checkThenAct("claim"));

    private final Race race = TWINS.race();

    @Actor
    public void takeTurn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void takeOver(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
