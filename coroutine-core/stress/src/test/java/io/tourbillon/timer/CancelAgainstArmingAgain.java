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
 * A periodic timer is cancelled while the poll runs it and arms it for its next run.
 *
 * <p>The lock of the shard decides between RUNNING to ARMED, by the thread that has run the task,
 * and RUNNING to CANCELLING. Forbidden: the cancel fails, or the timer runs again or stays pending
 * after it.
 */
@JCStressTest
@State
@Outcome(
    id = "1, [01], 0",
    expect = ACCEPTABLE,
    desc = "cancelled before or after the run, and has not run again")
public class CancelAgainstArmingAgain {
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

  /** The third number is ten times the runs after the cancel, plus the timers that are pending. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});
    private int runs;
    private final TimerHandle timer =
        timers.scheduleAtFixedRate(Duration.ZERO, Duration.ofMillis(10), () -> runs++);

    /** A periodic timer that is due. */
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
      int pending = (int) timers.pending();
      int before = runs;
      clock.advanceMillis(15);
      int _ = timers.poll(8);
      return 10 * (runs - before) + pending;
    }
  }

  /** A timer is armed again without the lock of the shard. */
  @JCStressTest
  @JCStressMeta(CancelAgainstArmingAgain.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Shard.class).unlocked("settleUnderLock"),
            Defect.in(Shard.class).pausing("settleUnderLock", "armHandle"));

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
