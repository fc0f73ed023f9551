package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
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
 * A blocking call that may be abandoned returns while its coroutine is cancelled.
 *
 * <p>A compare-and-set of the stage decides between ENDED, by the thread of the call, and
 * ABANDONED, by the loop. Forbidden: the value goes neither to the coroutine nor to the consumer of
 * late values, or to both.
 */
@JCStressTest
@State
@Outcome(id = "0, [01], 1", expect = ACCEPTABLE, desc = "the coroutine has the value")
@Outcome(id = "0, 1, 10", expect = ACCEPTABLE, desc = "the consumer of late values has it")
public class AbandonAgainstEndOfCall {
  private final Race race = new Together(new Steps());

  @Actor
  public void returnValue(III_Result r) {
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

  /** The third number is 1 if the coroutine has the value, plus 10 if the consumer has it. */
  public static final class Steps implements Race {
    private volatile boolean begun;
    private volatile boolean mayReturn;
    private volatile boolean received;
    private volatile boolean late;
    private final Coroutine<?> coroutine;

    /** A call that has begun. */
    public Steps() {
      Action body =
          () -> {
            int _ = Coroutines.abandonableBlocking(this::call, _ -> late = true);
            received = true;
          };
      coroutine = IdleLoop.SCHEDULER.spawn(body);
      while (!begun) {
        Thread.onSpinWait();
      }
    }

    private int call() {
      begun = true;
      while (!mayReturn) {
        Thread.onSpinWait();
      }
      return 7;
    }

    @Override
    public int first() {
      mayReturn = true;
      return 0;
    }

    @Override
    public int second() {
      return Race.bit(coroutine.cancel("race"));
    }

    @Override
    public int after() {
      long startNanos = System.nanoTime();
      long limitNanos = Twins.limit(Steps.class).toNanos();
      while (!(coroutine.state().isEnd() && (received || late))
          && System.nanoTime() - startNanos < limitNanos) {
        Thread.onSpinWait();
      }
      return Race.bit(received) + 10 * Race.bit(late);
    }
  }

  /** The stage is left by a check and a write. */
  @JCStressTest
  @JCStressMeta(AbandonAgainstEndOfCall.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(BlockingCall.class).checkThenAct("run"),
            Defect.in("io.tourbillon.coroutine.internal.task.BlockingCall$End")
                .checkThenAct("cut"));

    private final Race race = TWINS.race();

    @Actor
    public void returnValue(III_Result r) {
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
