package io.tourbillon.timer;

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
 * The last hold on a virtual clock, whose time advances by itself, ends while the only thread on
 * the clock comes to rest.
 *
 * <p>Only a thread that comes to rest advances time. So the hold ends and then wakes a thread; the
 * thread says that it rests and then looks for holds. Forbidden: time stands still, and the thread
 * sleeps for ever.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "time has advanced")
public class EndOfHoldAgainstRest {
  private final Race race = new Together(new Steps());

  @Actor
  public void endHold(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void rest(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The first number is 1 if the thread came back by itself, the second if time has advanced. */
  public static final class Steps implements Race {
    private static final long DEADLINE_NANOS = 1_000;
    private static final long LIMIT_NANOS = Twins.limit(Steps.class).toNanos();

    private final VirtualClock clock = new VirtualClock();
    private final Clock.Hold hold;

    /** Written by the thread that rests, before it does. */
    private volatile Clock.@Nullable Alarm alarm;

    private volatile boolean back;

    /** A clock with one hold. */
    public Steps() {
      clock.autoAdvance(true);
      hold = clock.hold();
    }

    @Override
    public int first() {
      hold.close();
      long startNanos = System.nanoTime();
      while (!back && System.nanoTime() - startNanos < LIMIT_NANOS) {
        Thread.onSpinWait();
      }
      boolean byItself = back;
      Clock.Alarm known = alarm;
      while (!back) { // Ends the race, which has failed.
        if (known != null) {
          known.wake();
        }
        known = alarm;
      }
      return Race.bit(byItself);
    }

    @Override
    public int second() {
      Clock.Alarm own = clock.newAlarm(Thread.currentThread());
      alarm = own;
      for (int wait = 0; wait < 3 && clock.nanoTime() < DEADLINE_NANOS; wait++) {
        own.awaitUntil(DEADLINE_NANOS); // May be woken by the end of the hold.
      }
      back = true;
      own.close();
      return Race.bit(clock.nanoTime() == DEADLINE_NANOS);
    }

    @Override
    public int after() {
      return 0;
    }
  }

  /** The end of a hold wakes no thread. */
  @JCStressTest
  @JCStressMeta(EndOfHoldAgainstRest.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(VirtualClock.class).without("endHold", "wake"));

    private final Race race = TWINS.race();

    @Actor
    public void endHold(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void rest(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
