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
 * Two threads increment a plain field under a {@code ShortLock}.
 *
 * <p>Forbidden: an increment that is lost, because both were in the critical section, or because
 * the second one did not see what the first had written before its release.
 */
@JCStressTest
@State
@Outcome(
    id = {"0, 1, 2", "1, 0, 2"},
    expect = ACCEPTABLE,
    desc = "one after the other")
public class MutualExclusionOfShortLock {
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

  /** Each step returns the number that it has found. */
  public static final class Steps implements Race {
    private final ShortLock lock = new ShortLock();
    private int count;

    /** A free lock. */
    public Steps() {}

    private int increment() {
      lock.lock();
      try {
        int found = count;
        count = found + 1;
        return found;
      } finally {
        lock.unlock();
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
      return count;
    }
  }

  /** The threads do not take the lock. */
  @JCStressTest
  @JCStressMeta(MutualExclusionOfShortLock.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Steps.class).unlocked("increment"),
            Defect.in(Steps.class).pausing("increment", "count"));

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
