package io.tourbillon.timer.internal;

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
 * One thread gives permits of a {@code PendingLimit} back to its stripe and takes one again, four
 * times, so that some move to the common store. Another thread, whose stripe is empty, takes four
 * where it finds them.
 *
 * <p>Forbidden: the permits taken and those left are not the twenty that were given back. A thread
 * may be refused although a permit is free, as the documentation says.
 */
@JCStressTest
@State
@Outcome(id = "[0-4], [0-4], 20", expect = ACCEPTABLE, desc = "no permit was lost or made")
public class PermitsBetweenStripes {
  private final Race race = new Together(new Steps());

  @Actor
  public void releaseAndAcquire(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void acquire(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The first two numbers are those of the permits taken, the third is that of those taken or left.
   */
  public static final class Steps implements Race {
    private static final int PERMITS = 64;
    private static final int ROUNDS = 4;
    private final PendingLimit limit = new PendingLimit(PERMITS, 2);
    private int takenByFirst;
    private int takenBySecond;

    /** A limit with stripes, all of whose permits are held. */
    public Steps() {
      for (int permit = 0; permit < PERMITS; permit++) {
        limit.acquire();
      }
    }

    @Override
    public int first() {
      for (int round = 0; round < ROUNDS; round++) {
        limit.release(5);
        takenByFirst += Race.bit(LastPermit.Steps.tryAcquire(limit));
      }
      return takenByFirst;
    }

    @Override
    public int second() {
      for (int round = 0; round < ROUNDS; round++) {
        takenBySecond += Race.bit(LastPermit.Steps.tryAcquire(limit));
      }
      return takenBySecond;
    }

    @Override
    public int after() {
      int left = 0;
      while (LastPermit.Steps.tryAcquire(limit)) {
        left++;
      }
      return takenByFirst + takenBySecond + left;
    }
  }

  /** Permits are taken by a check and a write. */
  @JCStressTest
  @JCStressMeta(PermitsBetweenStripes.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(PendingLimit.class).checkThenAct("take"));

    private final Race race = TWINS.race();

    @Actor
    public void releaseAndAcquire(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void acquire(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
