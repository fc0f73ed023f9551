package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A coroutine that has the turn makes others ready, so that the ring grows, while the rescuer walks
 * through it.
 *
 * <p>The rescuer reads the tail and then the array. Forbidden: it sees a place that is empty, or
 * tasks in another order, or not all that were there before.
 */
@JCStressTest
@State
@Outcome(id = "0, (15|16|17|18|19|20|21), 21", expect = ACCEPTABLE, desc = "all that came so far")
public class AddAgainstWalk {
  private final Race race = new Together(new Steps());

  @Actor
  public void add(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void walk(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The numbers are how many tasks the rescuer has seen, and how many there are. */
  public static final class Steps implements Race {
    private static final int BEFORE = 15;
    private static final int ADDED = 6;
    private static final int POLLED = 9;

    private final ArrivalRing ring = new ArrivalRing();

    /** A ring that is nearly full, and has gone round. */
    public Steps() {
      for (int number = 0; number < POLLED; number++) {
        ring.add(new Numbered(-1));
      }
      for (int number = 0; number < POLLED; number++) {
        Runnable _ = ring.poll();
      }
      for (int number = 0; number < BEFORE; number++) {
        ring.add(new Numbered(number));
      }
    }

    @Override
    public int first() {
      for (int number = 0; number < ADDED; number++) {
        ring.add(new Numbered(BEFORE + number));
      }
      return 0;
    }

    @Override
    public int second() {
      return walk();
    }

    @Override
    public int after() {
      return walk();
    }

    /** Returns how many tasks there are; -1 if they are not in order. */
    private int walk() {
      List<Runnable> all = ring.some(0, Integer.MAX_VALUE);
      for (int at = 0; at < all.size(); at++) {
        if (!all.get(at).equals(new Numbered(at))) {
          return -1;
        }
      }
      return all.size();
    }

    private record Numbered(int number) implements Runnable {
      @Override
      public void run() {
        throw new UnsupportedOperationException("it is only in the queue");
      }
    }
  }

  /** A ring grows and does not publish the larger array. */
  @JCStressTest
  @JCStressMeta(AddAgainstWalk.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(ArrivalRing.class).without("grow", "setRelease"));

    private final Race race = TWINS.race();

    @Actor
    public void add(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void walk(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
