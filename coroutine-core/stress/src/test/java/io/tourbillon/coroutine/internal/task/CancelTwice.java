package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.internal.task.CancelScope.Cancellation;
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
 * Two threads cancel the same coroutine.
 *
 * <p>One compare-and-set of the cancellation decides whose reason counts. Forbidden: both are told
 * that theirs is the one, or neither is.
 */
@JCStressTest
@State
@Outcome(
    id = {"1, 0, 1", "0, 1, 2"},
    expect = ACCEPTABLE,
    desc = "the reason is that of the one who was told so")
public class CancelTwice {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancel(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void cancelToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the canceller whose reason counts. */
  public static final class Steps implements Race {
    private final CoroutineTask<?> coroutine;

    /** A coroutine that has no place on its loop. */
    public Steps() {
      Action body = () -> {};
      coroutine = new CoroutineTask<@Nullable Void>(IdleLoop.LOOP, 1, null, body);
    }

    @Override
    public int first() {
      return Race.bit(coroutine.cancel("1"));
    }

    @Override
    public int second() {
      return Race.bit(coroutine.cancel("2"));
    }

    @Override
    public int after() {
      Cancellation known = coroutine.cancellation();
      return known == null ? 0 : Integer.parseInt(known.reason().toString());
    }
  }

  /** A cancellation is set by a check and a write. */
  @JCStressTest
  @JCStressMeta(CancelTwice.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(JoinableCoroutine.class).checkThenAct("cancel"));

    private final Race race = TWINS.race();

    @Actor
    public void cancel(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void cancelToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
