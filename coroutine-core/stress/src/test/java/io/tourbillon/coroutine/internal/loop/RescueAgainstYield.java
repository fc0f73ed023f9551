package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.internal.task.CoroutineLoop;
import io.tourbillon.coroutine.internal.task.CoroutineTask;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.Objects;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A coroutine that has the turn gives it up and stays ready, while the rescuer lets go of those
 * that are ready.
 *
 * <p>The coroutine is in the ready queue some time before it has left its stack. Forbidden: the
 * rescuer lets it go then, so that another loop resumes it while it still runs.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "the gate was closed, or nothing was ready")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the rescuer has seen it, and left it alone")
public class RescueAgainstYield {
  private final Race race = new Together(new Steps());

  @Actor
  public void giveUp(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void rescue(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is how many the rescuer has looked at; the third, how many it let go. */
  public static final class Steps implements Race {
    private final CoroutineLoop residence = StandingLoop.newLoop();
    private final EventLoop loop = residence;
    private final CoroutineTask<?> coroutine = StandingLoop.begun(residence, 1);
    private final Rescuer.Watched watched =
        new Rescuer.Watched(loop, Objects.requireNonNull(loop.gate()));

    /** A loop in the turn of its only coroutine. */
    public Steps() {
      if (!loop.takeOver(coroutine) || !coroutine.equals(loop.ready().poll())) {
        throw new IllegalStateException("nobody else knows it");
      }
      loop.begin(coroutine);
      watched.turn = watched.gate.turn();
    }

    @Override
    public int first() {
      coroutine.yieldNow();
      loop.end();
      return 0;
    }

    @Override
    public int second() {
      return Rescuer.rescueSome(watched);
    }

    @Override
    public int after() {
      return coroutine.isUnclaimed() ? 1 : 0;
    }
  }

  /** The rescuer does not ask who has the turn. */
  @JCStressTest
  @JCStressMeta(RescueAgainstYield.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(CoroutineLoop.class).without("letGoInTurn", "current"),
            Defect.in(CoroutineTask.class).pausing("yieldNow", "giveTurn"));

    private final Race race = TWINS.race();

    @Actor
    public void giveUp(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void rescue(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
