package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two loops begin to look for mail at the same time, and only one may.
 *
 * <p>Forbidden: both look at the same time, and take the processors from those that send; or a loop
 * that has looked stays counted, so that none would look again.
 */
@JCStressTest
@State
@Outcome(id = "[01], [01], 0", expect = ACCEPTABLE, desc = "at most one looked at a time")
public class LookOfTwoLoops {
  private final Race race = new Together(new Steps());

  @Actor
  public void look(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void lookToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The first two numbers are 1 if the loop has looked, the third is that of the loops that are
   * counted, plus 10 if both have looked at the same time.
   */
  public static final class Steps implements Race {
    private final AtomicInteger counted = new AtomicInteger();
    private final AtomicInteger looking = new AtomicInteger();
    private volatile boolean both;
    private final Spin one = looks();
    private final Spin other = looks();

    /** Two loops whose last rests were short. */
    public Steps() {}

    private Spin looks() {
      Spin spin = new Spin(System::nanoTime, counted, 1);
      for (int rest = 0; rest < Spin.FEWEST_SHORT_RESTS; rest++) {
        spin.rested(0, 1);
      }
      return spin;
    }

    private boolean hasMail() {
      if (looking.incrementAndGet() > 1) {
        both = true;
      }
      looking.decrementAndGet();
      return true;
    }

    @Override
    public int first() {
      return Race.bit(one.lookForMail(this::hasMail, Long.MAX_VALUE));
    }

    @Override
    public int second() {
      return Race.bit(other.lookForMail(this::hasMail, Long.MAX_VALUE));
    }

    @Override
    public int after() {
      return counted.get() + 10 * Race.bit(both);
    }
  }

  /** A loop that may not look stays counted. */
  @JCStressTest
  @JCStressMeta(LookOfTwoLoops.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Spin.class).without("enter", "decrementAndGet"),
            Defect.in(Spin.class).pausing("enter", "incrementAndGet"));

    private final Race race = TWINS.race();

    @Actor
    public void look(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void lookToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
