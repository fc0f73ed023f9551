package io.tourbillon.coroutine.internal.loop;

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
 * A turn ends while the rescuer enters the gate of the loop.
 *
 * <p>Each closes or enters by a compare-and-set from OPEN. Forbidden: both are in at the same time,
 * so that a change is lost; or the loop does not see a change that the rescuer has made.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the turn had ended")
@Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "the rescuer was there before the end")
public class RescueAgainstEndOfTurn {
  private final Race race = new Together(new Steps());

  @Actor
  public void endTurn(III_Result r) {
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

  /** The first number is that of the changes which the loop has seen, the third that of all. */
  public static final class Steps implements Race {
    private static final int SPINS = 20;

    private final TurnGate gate = new TurnGate();
    private int changes;

    /** A loop in a turn. */
    public Steps() {
      gate.open();
    }

    @Override
    public int first() {
      gate.close();
      return change();
    }

    @Override
    public int second() {
      long turn = gate.turn();
      if (!gate.tryEnter(turn)) {
        return 0;
      }
      int _ = change();
      gate.leave(turn);
      return 1;
    }

    @Override
    public int after() {
      return changes;
    }

    /** Takes its time, so that two at once lose one. Returns how many there were before. */
    private int change() {
      int before = changes;
      for (int spin = 0; spin < SPINS; spin++) {
        Thread.onSpinWait();
      }
      changes = before + 1;
      return before;
    }
  }

  /** A gate is closed by a check and a write. */
  @JCStressTest
  @JCStressMeta(RescueAgainstEndOfTurn.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(TurnGate.class).checkThenAct("closeInTurn"));

    private final Race race = TWINS.race();

    @Actor
    public void endTurn(III_Result r) {
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
