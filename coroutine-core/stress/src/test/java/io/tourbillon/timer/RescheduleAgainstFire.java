package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A reschedule by handle races with the poll that fires the timer.
 *
 * <p>Forbidden: a timer that was rescheduled and has run at once, one that was rescheduled and does
 * not run at its new deadline, and one that was neither rescheduled nor run.
 */
@JCStressTest
@State
@Outcome(
    id = "1, [01], 1",
    expect = ACCEPTABLE,
    desc = "rescheduled, and has run at the new deadline alone")
@Outcome(id = "0, 1, 10", expect = ACCEPTABLE, desc = "has run at once, and not again")
public class RescheduleAgainstFire {
  private final Race race = new Together(new Steps());

  @Actor
  public void reschedule(III_Result r) {
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

  /** The third number is ten times the runs at once, plus the runs at the new deadline. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int runs;
    private final TimerHandle timer = timers.schedule(Duration.ZERO, () -> runs++);

    /** A timer that is due. */
    public Steps() {
      clock.advanceMillis(5);
    }

    @Override
    public int first() {
      return Race.bit(timer.reschedule(Duration.ofMillis(20)));
    }

    @Override
    public int second() {
      return timers.poll(8);
    }

    @Override
    public int after() {
      int atOnce = runs;
      clock.advanceMillis(30);
      int _ = timers.poll(8);
      return 10 * atOnce + (runs - atOnce);
    }
  }

  /** The phase TAKEN is left by a check and a write. */
  @JCStressTest
  @JCStressMeta(RescheduleAgainstFire.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(ScheduledTimer.class).checkThenAct("leaveBatch"));

    private final Race race = TWINS.race();

    @Actor
    public void reschedule(III_Result r) {
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
