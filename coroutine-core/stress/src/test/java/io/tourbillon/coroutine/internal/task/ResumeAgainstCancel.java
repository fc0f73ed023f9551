package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A callback resumes a suspended coroutine, on its loop, while another thread cancels it.
 *
 * <p>Forbidden: the callback is told that the coroutine gets the value, and the coroutine does not
 * get it; or the reverse. A coroutine that was cancelled and has the value already returns with it.
 */
@JCStressTest
@State
@Outcome(id = "1, [01], 1", expect = ACCEPTABLE, desc = "the coroutine has the value")
@Outcome(
    id = "0, 1, 0",
    expect = ACCEPTABLE,
    desc = "the coroutine was cancelled, the callback keeps the value")
public class ResumeAgainstCancel {
  private final Race race = new Together(new Steps());

  @Actor
  public void resume(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void cancel(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the coroutine has the value, and 9 if it does not end. */
  public static final class Steps implements Race {
    private volatile @Nullable Resumption<Integer> resumption;
    private volatile boolean received;
    private final Coroutine<?> coroutine;

    /** A coroutine that is suspended, or about to be. */
    public Steps() {
      Action body =
          () -> {
            Integer _ = Suspension.<Integer>await("race", wait -> resumption = wait);
            received = true;
          };
      coroutine = IdleLoop.SCHEDULER.spawn(body);
      while (resumption == null) {
        Thread.onSpinWait();
      }
    }

    @Override
    public int first() {
      return Race.bit(Objects.requireNonNull(resumption).resume(7));
    }

    @Override
    public int second() {
      return Race.bit(coroutine.cancel("race"));
    }

    @Override
    public int after() {
      long startNanos = System.nanoTime();
      long limitNanos = Twins.limit(Steps.class).toNanos();
      while (!coroutine.state().isEnd()) {
        if (System.nanoTime() - startNanos > limitNanos) {
          return 9;
        }
        Thread.onSpinWait();
      }
      return Race.bit(received);
    }
  }

  /** The outcome is settled by a check and a write. */
  @JCStressTest
  @JCStressMeta(ResumeAgainstCancel.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Settlement.class).checkThenAct("settle"),
            Defect.in(Settlement.class).checkThenAct("cut"),
            Defect.in(ResumptionTask.class).without("isOverruled", "cancellation"));

    private final Race race = TWINS.race();

    @Actor
    public void resume(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void cancel(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
