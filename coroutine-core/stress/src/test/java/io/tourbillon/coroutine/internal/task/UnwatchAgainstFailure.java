package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
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
 * The only joiner of a coroutine gives up while the coroutine fails.
 *
 * <p>The joiner takes itself off the watchers and then reads the state; the loop writes the state
 * and then reads the watchers. Forbidden: neither notices that nobody will see the failure, so it
 * is never reported.
 */
@JCStressTest
@State
@Outcome(
    id = {"1, 0, 0", "0, 1, 0", "1, 1, 0"},
    expect = ACCEPTABLE,
    desc = "at least one notices that nobody sees the failure")
public class UnwatchAgainstFailure {
  private final Race race = new Together(new Steps());

  @Actor
  public void giveUp(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void fail(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The first number is 1 if the joiner has seen the end, the second if the loop saw no watcher.
   */
  public static final class Steps implements Race {
    private final CoroutineTask<?> coroutine;
    private final End watched;

    /** A coroutine with one joiner. */
    @SuppressWarnings("NullAway") // It does not use its loop here.
    public Steps() {
      Action body = () -> {};
      coroutine = new CoroutineTask<@Nullable Void>(null, 1, null, body);
      watched = coroutine.watched();
    }

    @Override
    public int first() {
      watched.unwatch();
      return Race.bit(coroutine.state().isEnd());
    }

    @Override
    public int second() {
      return Race.bit(!coroutine.publishEnd(Coroutine.State.FAILED));
    }

    @Override
    public int after() {
      return Race.bit(watched.isWatched());
    }
  }

  /** The final state is written without a fence. */
  @JCStressTest
  @JCStressMeta(UnwatchAgainstFailure.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(JoinableCoroutine.class).plain("state"),
            Defect.in(JoinableCoroutine.class).without("publishEnd", "tell"));

    private final Race race = TWINS.race();

    @Actor
    public void giveUp(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void fail(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
