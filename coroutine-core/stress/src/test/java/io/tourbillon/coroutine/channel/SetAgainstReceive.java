package io.tourbillon.coroutine.channel;

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
 * A latest value changes from 1 to 2 while an observer reads it and then receives from its source.
 *
 * <p>The change is made under the lock of the source, the value first. Forbidden: the observer
 * reads 2 and then receives 1.
 */
@JCStressTest
@State
@Outcome(id = "0, 11, 2", expect = ACCEPTABLE, desc = "the change came last")
@Outcome(id = "0, 12, 0", expect = ACCEPTABLE, desc = "the change came in between")
@Outcome(id = "0, 22, 0", expect = ACCEPTABLE, desc = "the change came first")
public class SetAgainstReceive {
  private final Race race = new Together(new Steps());

  @Actor
  public void set(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void observe(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number has the digit that was read and then the one that was received. */
  public static final class Steps implements Race {
    private final LatestValue<Integer> latest = new LatestValue<>(1);
    private final Source<Integer> source = latest.subscribe();

    /** A value with one subscriber. */
    public Steps() {}

    @Override
    public int first() {
      latest.set(2);
      return 0;
    }

    @Override
    public int second() {
      return 10 * latest.get() + received();
    }

    @Override
    public int after() {
      return received();
    }

    private int received() {
      return source.tryReceive().orElse(0);
    }
  }

  /** The value changes without the lock. */
  @JCStressTest
  @JCStressMeta(SetAgainstReceive.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(LatestValue.class).without("set", "lock"),
            Defect.in(LatestValue.class).without("set", "unlock"),
            Defect.in(LatestValue.class).pausing("setLocked", "size"));

    private final Race race = TWINS.race();

    @Actor
    public void set(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void observe(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
