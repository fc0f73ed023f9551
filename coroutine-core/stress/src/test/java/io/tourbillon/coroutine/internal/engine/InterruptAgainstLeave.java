package io.tourbillon.coroutine.internal.engine;

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
 * Another thread delivers an interrupt while the coroutine leaves the blocking call that it is for.
 *
 * <p>A compare-and-set of the stage decides: the coroutine withdraws the interrupt, or waits until
 * it has arrived, and clears the interrupt status then. Forbidden: the interrupt arrives after the
 * coroutine has left the call, and disturbs another one; or the stage is not idle in the end, so no
 * interrupt could begin any more.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "withdrawn")
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "the interrupt has arrived in the call")
public class InterruptAgainstLeave {
  private final Race race = new Together(new Steps());

  @Actor
  public void deliver(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void leave(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The first number is 1 if the interrupt was delivered, the second 1 if it arrived in the call.
   * The third is 1 if it has arrived later, plus 10 if the stage is not idle.
   */
  public static final class Steps implements Race {
    private final InterruptStage stage = new InterruptStage();

    /** The interrupt status of the coroutine. */
    private volatile boolean interrupted;

    /** An interrupt that is pending. */
    public Steps() {
      stage.begin();
    }

    @Override
    public int first() {
      if (!stage.beginDelivery()) {
        return 0;
      }
      interrupted = true;
      stage.endDelivery();
      return 1;
    }

    @Override
    public int second() {
      while (!stage.withdraw()) {
        Thread.onSpinWait();
      }
      boolean arrived = interrupted;
      interrupted = false;
      return Race.bit(arrived);
    }

    @Override
    public int after() {
      return Race.bit(interrupted) + 10 * Race.bit(!stage.isIdle());
    }
  }

  /** An interrupt is withdrawn or delivered by a check and a write. */
  @JCStressTest
  @JCStressMeta(InterruptAgainstLeave.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(InterruptStage.class).checkThenAct("withdraw"),
            Defect.in(InterruptStage.class).checkThenAct("beginDelivery"));

    private final Race race = TWINS.race();

    @Actor
    public void deliver(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void leave(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
