package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import io.tourbillon.timer.wheel.EntryWheel;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A cancel races with a reschedule of the same timer.
 *
 * <p>The lock of the shard decides the order. In either order the timer ends as cancelled: a
 * reschedule never revives it. Forbidden: the cancel fails, the timer runs, or it stays pending.
 */
@JCStressTest
@State
@Outcome(id = "1, [01], 0", expect = ACCEPTABLE, desc = "cancelled, before or after the reschedule")
public class CancelAgainstReschedule {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancel(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void reschedule(III_Result r) {
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
    private final TimerHandle timer = timers.schedule(Duration.ofMillis(400), () -> runs++);

    /** A timer that is armed. */
    public Steps() {}

    @Override
    public int first() {
      return Race.bit(timer.cancel());
    }

    @Override
    public int second() {
      return Race.bit(timer.reschedule(Duration.ofMillis(10)));
    }

    @Override
    public int after() {
      int pending = (int) timers.pending();
      clock.advanceMillis(500);
      int _ = timers.poll(8);
      return 10 * runs + pending;
    }
  }

  /** A reschedule does not take the lock of the shard. */
  @JCStressTest
  @JCStressMeta(CancelAgainstReschedule.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Shard.class).unlocked("rearmUnderLock"),
            Defect.in(EntryWheel.class).pausing("moveForward", "put"));

    private final Race race = TWINS.race();

    @Actor
    public void cancel(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void reschedule(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
