package io.tourbillon.timer.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads ask for the last permit of a {@code PendingLimit}.
 *
 * <p>Forbidden: both get it, which would be a timer above the limit, or neither, or a permit is
 * left.
 */
@JCStressTest
@State
@Outcome(
    id = {"1, 0, 0", "0, 1, 0"},
    expect = ACCEPTABLE,
    desc = "one has it")
public class LastPermit {
  private final Race race = new Together(new Steps());

  @Actor
  public void acquire(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void acquireToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the permits that are left. */
  public static final class Steps implements Race {
    private final PendingLimit limit = new PendingLimit(1);

    /** One permit. */
    public Steps() {}

    static boolean tryAcquire(PendingLimit limit) {
      try {
        limit.acquire();
        return true;
      } catch (RejectedExecutionException none) {
        return false;
      }
    }

    @Override
    public int first() {
      return Race.bit(tryAcquire(limit));
    }

    @Override
    public int second() {
      return Race.bit(tryAcquire(limit));
    }

    @Override
    public int after() {
      int left = 0;
      while (tryAcquire(limit)) {
        left++;
      }
      return left;
    }
  }

  /** Permits are taken by a check and a write. */
  @JCStressTest
  @JCStressMeta(LastPermit.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(PendingLimit.class).checkThenAct("take"));

    private final Race race = TWINS.race();

    @Actor
    public void acquire(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void acquireToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
