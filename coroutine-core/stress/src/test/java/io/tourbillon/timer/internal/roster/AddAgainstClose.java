package io.tourbillon.timer.internal.roster;

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
 * A task joins a {@code Roster} while it is closed.
 *
 * <p>The lock of a stripe decides: the closing thread finds the task, or the roster refuses it.
 * Forbidden: a task that was accepted and is not found, which no shutdown would end.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "accepted, and found")
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "refused")
public class AddAgainstClose {
  private final Race race = new Together(new Steps());

  @Actor
  public void add(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void closeAndLook(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the roster has no member any more. */
  public static final class Steps implements Race {
    private final Roster<Task> roster = new Roster<>();
    private final Task task = new Task();

    /** An empty roster. */
    public Steps() {}

    /** A member. */
    private static final class Task implements Roster.Member {
      private int place = NOWHERE;

      @Override
      public int rosterPlace() {
        return place;
      }

      @Override
      public void rosterPlace(int place) {
        this.place = place;
      }
    }

    @Override
    public int first() {
      return Race.bit(roster.add(task));
    }

    @Override
    public int second() {
      roster.close();
      return roster.members().size();
    }

    @Override
    public int after() {
      return Race.bit(roster.isEmptied());
    }
  }

  /** A task joins a stripe without its lock. */
  @JCStressTest
  @JCStressMeta(AddAgainstClose.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in("io.tourbillon.timer.internal.roster.Roster$Stripe").unlocked("add"),
            Defect.in("io.tourbillon.timer.internal.roster.Roster$Stripe").pausing("add", "put"));

    private final Race race = TWINS.race();

    @Actor
    public void add(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void closeAndLook(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
