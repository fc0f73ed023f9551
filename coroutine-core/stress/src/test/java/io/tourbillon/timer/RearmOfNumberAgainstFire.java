package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import io.tourbillon.timer.wheel.LongWheel;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A timer that is a number gets a later deadline by its id, while the poll fires it.
 *
 * <p>The lock of the shard decides. Forbidden: a timer that got a deadline and has fired at once,
 * one that does not fire at its new deadline, and one that fires twice.
 */
@JCStressTest
@State
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "has fired at the new deadline alone")
@Outcome(id = "0, 1, 10", expect = ACCEPTABLE, desc = "has fired at once, and not again")
public class RearmOfNumberAgainstFire {
  private final Race race = new Together(new Steps());

  @Actor
  public void rearm(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void poll(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is ten times the firings at once, plus those at the new deadline. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int fired;
    private final LongTimers numbers = timers.longTimers(payload -> fired++);
    private final long id = numbers.arm(0, TimeUnit.MILLISECONDS, 4711);

    /** A timer that is due. */
    public Steps() {
      clock.advanceMillis(5);
    }

    @Override
    public int first() {
      return Race.bit(numbers.rearm(id, 20, TimeUnit.MILLISECONDS));
    }

    @Override
    public int second() {
      return timers.poll(8);
    }

    @Override
    public int after() {
      int atOnce = fired;
      clock.advanceMillis(30);
      int _ = timers.poll(8);
      return 10 * atOnce + (fired - atOnce);
    }
  }

  /** The driver takes due timers without the lock of the shard. */
  @JCStressTest
  @JCStressMeta(RearmOfNumberAgainstFire.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Shard.class).unlocked("advance"),
            Defect.in(LongWheel.class).pausing("expireFirst", "removeFirst"));

    private final Race race = TWINS.race();

    @Actor
    public void rearm(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void poll(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
