package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

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
 * A callback resumes a thread that is about to park for it.
 *
 * <p>The callback settles the wait and then unparks the thread; the thread looks whether it is
 * settled and then parks. Forbidden: the thread sleeps until its limit although it was resumed.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 7", expect = ACCEPTABLE, desc = "the thread has gone on with the value")
public class ResumeAgainstPark {
  private final Race race = new Together(new Steps());

  @Actor
  public void resume(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void await(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 if the thread has gone on before its limit, the third is the value. */
  public static final class Steps implements Race {
    private static final long LIMIT_NANOS = Twins.limit(Steps.class).toNanos();

    /** Written by the thread that waits, before it does. */
    private volatile @Nullable ThreadResumption<Integer> wait;

    /** A wait begins with the race. */
    public Steps() {}

    private ThreadResumption<Integer> begun() {
      ThreadResumption<Integer> known = wait;
      while (known == null) {
        Thread.onSpinWait();
        known = wait;
      }
      return known;
    }

    @Override
    public int first() {
      return Race.bit(begun().resume(7));
    }

    @Override
    public int second() {
      ThreadResumption<Integer> own = new ThreadResumption<>("race");
      wait = own;
      long startNanos = System.nanoTime();
      own.await(LIMIT_NANOS);
      return Race.bit(System.nanoTime() - startNanos < LIMIT_NANOS);
    }

    @Override
    public int after() {
      ThreadResumption<Integer> ended = begun();
      return ended.isCut() ? 0 : ended.value();
    }
  }

  /** A callback does not unpark the thread. */
  @JCStressTest
  @JCStressMeta(ResumeAgainstPark.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(ThreadResumption.class).without("wake", "unpark"));

    private final Race race = TWINS.race();

    @Actor
    public void resume(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void await(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
