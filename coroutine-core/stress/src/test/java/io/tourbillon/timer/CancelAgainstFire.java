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
 * A cancel by handle races with the poll that fires the timer.
 *
 * <p>The compare-and-set out of the phase TAKEN decides, or before that the lock of the shard.
 * Forbidden are both: a timer that was cancelled and has run, because the caller may have released
 * what the task uses; and neither, because every accepted timer ends. A timer that is still pending
 * in the end is forbidden as well.
 */
@JCStressTest
@State
@Outcome(id = "1, [01], 0", expect = ACCEPTABLE, desc = "cancelled, and has not run")
@Outcome(id = "0, 1, 10", expect = ACCEPTABLE, desc = "has run")
public class CancelAgainstFire {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancel(III_Result r) {
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

  /** The third number is ten times the runs, plus the timers that are pending. */
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
      return Race.bit(timer.cancel());
    }

    @Override
    public int second() {
      return timers.poll(8);
    }

    @Override
    public int after() {
      return 10 * runs + (int) timers.pending();
    }
  }

  /** The phase TAKEN is left by a check and a write. */
  @JCStressTest
  @JCStressMeta(CancelAgainstFire.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(ScheduledTimer.class).checkThenAct("leaveBatch"));

    private final Race race = TWINS.race();

    @Actor
    public void cancel(III_Result r) {
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
