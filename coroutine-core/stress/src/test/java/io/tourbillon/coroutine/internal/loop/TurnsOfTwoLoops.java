package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.internal.traits.Throttle;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two loops that share a throttle take a time each for a turn.
 *
 * <p>A compare-and-set gives each time once. Forbidden: both take the same time, or a time is left
 * out.
 */
@JCStressTest
@State
@Outcome(
    id = {"0, 1, 2", "1, 0, 2"},
    expect = ACCEPTABLE,
    desc = "times in a row")
public class TurnsOfTwoLoops {
  private final Race race = new Together(new Steps());

  @Actor
  public void take(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void takeToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The times, in seconds; the third number is the next one. */
  public static final class Steps implements Race {
    private static final double ONE_A_SECOND = 1;
    private final Throttle throttle = Objects.requireNonNull(Throttle.of(ONE_A_SECOND));

    /** A throttle that nobody has used. */
    public Steps() {}

    private int seconds() {
      return (int) TimeUnit.NANOSECONDS.toSeconds(throttle.take(0));
    }

    @Override
    public int first() {
      return seconds();
    }

    @Override
    public int second() {
      return seconds();
    }

    @Override
    public int after() {
      return seconds();
    }
  }

  /** A time is taken by a check and a write. */
  @JCStressTest
  @JCStressMeta(TurnsOfTwoLoops.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Throttle.class).checkThenAct("take"));

    private final Race race = TWINS.race();

    @Actor
    public void take(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void takeToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
