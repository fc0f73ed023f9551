package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A timer is scheduled in a group while the group is closed.
 *
 * <p>The lock of the group decides: the closing thread finds the timer, or the timer sees that the
 * group is closed. Forbidden: a timer that is pending, or in the group, when both calls have
 * returned.
 */
@JCStressTest
@State
@Outcome(id = "[01], 0, 0", expect = ACCEPTABLE, desc = "refused, or cancelled")
public class ScheduleAgainstCloseOfGroup {
  private final Race race = new Together(new Steps());

  @Actor
  public void schedule(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void close(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is ten times the timers in the group, plus those that are pending. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private final TimerGroup group = new TimerGroup();
    private final TimerOptions options = TimerOptions.inGroup(group);

    /** An empty group. */
    public Steps() {}

    @Override
    public int first() {
      try {
        TimerHandle _ = timers.schedule(Duration.ofHours(1), () -> {}, options);
        return 1;
      } catch (RejectedExecutionException closed) {
        return 0;
      }
    }

    @Override
    public int second() {
      group.close();
      return 0;
    }

    @Override
    public int after() {
      return 10 * group.pending() + (int) timers.pending();
    }
  }

  /** A timer joins the group without its lock. */
  @JCStressTest
  @JCStressMeta(ScheduleAgainstCloseOfGroup.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(TimerGroup.class).unlocked("add"),
            Defect.in(TimerGroup.class).pausing("add", "link"));

    private final Race race = TWINS.race();

    @Actor
    public void schedule(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void close(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
