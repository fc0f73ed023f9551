package io.tourbillon.coroutine.sync;

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
 * Two threads increment a plain field under a mutex, which one hands over to the other.
 *
 * <p>Forbidden: an increment that is lost, a thread that waits although the mutex is free, or a
 * mutex that stays locked.
 */
@JCStressTest
@State
@Outcome(
    id = {"0, 1, 2", "1, 0, 2"},
    expect = ACCEPTABLE,
    desc = "one after the other")
public class UnlockAgainstLock {
  private final Race race = new Together(new Steps());

  @Actor
  public void increment(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void incrementToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** Each step returns the number that it has found, or 9 for a wait without an end. */
  public static final class Steps implements Race {
    private final Mutex mutex = new Mutex();
    private int count;

    /** A mutex that nobody holds. */
    public Steps() {}

    private int increment() {
      if (!mutex.tryLock(Twins.limit(Steps.class))) {
        return 9;
      }
      try {
        int found = count;
        count = found + 1;
        return found;
      } finally {
        mutex.unlock();
      }
    }

    @Override
    public int first() {
      return increment();
    }

    @Override
    public int second() {
      return increment();
    }

    @Override
    public int after() {
      return count + 10 * Race.bit(mutex.isLocked());
    }
  }

  /** A claimant does not look again when it has enrolled. */
  @JCStressTest
  @JCStressMeta(UnlockAgainstLock.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(WaitQueue.class).without("enrolAndServe", "run"));

    private final Race race = TWINS.race();

    @Actor
    public void increment(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void incrementToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
