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
 * A permit is released while a thread begins to wait for it.
 *
 * <p>Forbidden: the thread waits although the permit is available, or a permit is lost or made.
 */
@JCStressTest
@State
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the thread has the permit")
public class ReleaseAgainstAcquire {
  private final Race race = new Together(new Steps());

  @Actor
  public void release(III_Result r) {
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

  /** The second number is 0 for a wait without an end, the third that of the permits left. */
  public static final class Steps implements Race {
    private final Semaphore semaphore = new Semaphore(0, 1);

    /** A semaphore whose permit is held. */
    public Steps() {}

    @Override
    public int first() {
      semaphore.release();
      return 0;
    }

    @Override
    public int second() {
      return Race.bit(semaphore.tryAcquire(Twins.limit(Steps.class)));
    }

    @Override
    public int after() {
      return semaphore.availablePermits();
    }
  }

  /** A waiter does not look again when it has enrolled. */
  @JCStressTest
  @JCStressMeta(ReleaseAgainstAcquire.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(WaitQueue.class).without("enrolAndServe", "run"));

    private final Race race = TWINS.race();

    @Actor
    public void release(III_Result r) {
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
