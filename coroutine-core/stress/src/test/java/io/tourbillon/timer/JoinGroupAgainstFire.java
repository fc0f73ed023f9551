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
 * A timer fires while it joins its group.
 *
 * <p>The thread that schedules arms the timer first and adds it to the group then, and looks
 * whether it has ended meanwhile. Forbidden: a timer that has run and stays in the group, where it
 * would be kept for ever.
 */
@JCStressTest
@State
@Outcome(id = "1, [01], 10", expect = ACCEPTABLE, desc = "has run, and has left the group")
public class JoinGroupAgainstFire {
  private final Race race = new Together(new Steps());

  @Actor
  public void schedule(III_Result r) {
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

  /** The third number is ten times the runs, plus the timers in the group. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private final TimerGroup group = new TimerGroup();
    private final TimerOptions options = TimerOptions.inGroup(group);
    private int runs;

    /** A clock by which a timer of a delay of zero is due in the next tick. */
    public Steps() {}

    @Override
    public int first() {
      TimerHandle _ = timers.schedule(Duration.ZERO, () -> runs++, options);
      return 1;
    }

    @Override
    public int second() {
      clock.advanceMillis(2);
      return timers.poll(8);
    }

    @Override
    public int after() {
      clock.advanceMillis(2);
      int _ = timers.poll(8);
      return 10 * runs + group.pending();
    }
  }

  /** A timer that has joined does not look whether it has ended. */
  @JCStressTest
  @JCStressMeta(JoinGroupAgainstFire.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(ScheduledTimer.Noted.class).without("join", "hasEnded"),
            Defect.in(ScheduledTimer.Noted.class).pausing("join", "add"));

    private final Race race = TWINS.race();

    @Actor
    public void schedule(III_Result r) {
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
