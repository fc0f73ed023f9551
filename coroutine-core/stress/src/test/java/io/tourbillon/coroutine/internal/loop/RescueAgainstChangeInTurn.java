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
 * A coroutine that has the turn closes the gate for a change, and reopens it, while the rescuer
 * enters.
 *
 * <p>Forbidden: both are in at the same time, so that a change is lost; or one does not see a
 * change of the other that came before.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the gate was closed")
@Outcome(id = "0, 2, 2", expect = ACCEPTABLE, desc = "the rescuer came after the change")
@Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "the rescuer came before the change")
public class RescueAgainstChangeInTurn {
  private final Race race = new Together(new Steps());

  @Actor
  public void change(III_Result r) {
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

  /** The first number is that of the changes before, the second that after the rescuer, or 0. */
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
      long turn = gate.closeInTurn();
      if (turn == 0) {
        throw new IllegalStateException("nobody else closes it");
      }
      int seen = change();
      gate.reopen(turn);
      return seen;
    }

    @Override
    public int second() {
      long turn = gate.turn();
      if (!gate.tryEnter(turn)) {
        return 0;
      }
      int all = change() + 1;
      gate.leave(turn);
      return all;
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

  /** The rescuer enters by a check and a write. */
  @JCStressTest
  @JCStressMeta(RescueAgainstChangeInTurn.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(TurnGate.class).checkThenAct("tryEnter"));

    private final Race race = TWINS.race();

    @Actor
    public void change(III_Result r) {
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
