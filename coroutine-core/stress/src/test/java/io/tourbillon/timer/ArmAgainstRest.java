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
 * A timer is armed while the loop asks how long it may rest.
 *
 * <p>The word of the {@code Waker} tells the arming thread what the loop is doing. Either the
 * answer takes the timer into account, or the arming thread calls the wakeup. Forbidden: the loop
 * rests for ever and is not woken. Both is a wakeup too many, which is allowed.
 */
@JCStressTest
@State
@Outcome(id = "0, 1, [01]", expect = ACCEPTABLE, desc = "the loop rests until the timer")
@Outcome(id = "0, 2, 1", expect = ACCEPTABLE, desc = "the loop rests for ever, and was woken")
public class ArmAgainstRest {
  private final Race race = new Together(new Steps());

  @Actor
  public void arm(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void ask(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 for a rest until the timer, and 2 for one without an end. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private volatile int woken;
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> woken = 1);

    /** A service without timers, which has been polled. */
    public Steps() {
      int _ = timers.poll(8);
    }

    @Override
    public int first() {
      TimerHandle _ = timers.schedule(Duration.ofMillis(10), () -> {});
      return 0;
    }

    @Override
    public int second() {
      return timers.nanosToNextEvent() == Long.MAX_VALUE ? 2 : 1;
    }

    @Override
    public int after() {
      return woken;
    }
  }

  /** The tick in the plan is lowered by a check and a write. */
  @JCStressTest
  @JCStressMeta(ArmAgainstRest.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Waker.class).checkThenAct("lower"),
            Defect.in(PolledService.class).pausing("ask", "endSearch"));

    private final Race race = TWINS.race();

    @Actor
    public void arm(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void ask(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
