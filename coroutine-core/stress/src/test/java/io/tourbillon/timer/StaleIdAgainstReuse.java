package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A cancel by id races with the end of that timer and the arming of the next one, which gets the
 * same entry of the slab.
 *
 * <p>An id carries the generation of its entry, so a late cancel finds it stale. Forbidden: the
 * cancel ends the next timer, which then does not fire, or the first timer is both cancelled and
 * fired.
 */
@JCStressTest
@State
@Outcome(
    id = "1, [01], 1",
    expect = ACCEPTABLE,
    desc = "the first was cancelled, the second has fired")
@Outcome(id = "0, 1, 11", expect = ACCEPTABLE, desc = "both have fired")
public class StaleIdAgainstReuse {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancelFirst(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void fireAndArmSecond(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is ten times the firings of the first timer, plus those of the second. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int fired;
    private final LongTimers numbers = timers.longTimers(payload -> fired += (int) payload);
    private final long id = numbers.arm(0, TimeUnit.MILLISECONDS, 10);

    /** A timer that is due. */
    public Steps() {
      clock.advanceMillis(5);
    }

    @Override
    public int first() {
      return Race.bit(numbers.cancel(id));
    }

    @Override
    public int second() {
      int polled = timers.poll(8);
      long _ = numbers.arm(0, TimeUnit.MILLISECONDS, 1);
      return polled;
    }

    @Override
    public int after() {
      clock.advanceMillis(5);
      int _ = timers.poll(8);
      return fired;
    }
  }

  /** An id does not tell one tenant of an entry from the next. */
  @JCStressTest
  @JCStressMeta(StaleIdAgainstReuse.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in("io.tourbillon.timer.wheel.EntrySlab").number("isTenant", 32, 63));

    private final Race race = TWINS.race();

    @Actor
    public void cancelFirst(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void fireAndArmSecond(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
