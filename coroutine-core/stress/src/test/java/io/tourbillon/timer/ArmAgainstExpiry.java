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
 * A timer is armed while the poll fires another one with the same deadline.
 *
 * <p>The lock of the shard keeps the two apart. Forbidden: that one of the timers does not fire, or
 * fires twice.
 */
@JCStressTest
@State
@Outcome(id = "1, [12], 11", expect = ACCEPTABLE, desc = "both have fired, each once")
public class ArmAgainstExpiry {
  private final Race race = new Together(new Steps());

  @Actor
  public void arm(III_Result r) {
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

  /** The third number is ten times the firings of the first timer, plus those of the second. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private final long deadlineNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(5);
    private int firings;

    /** One timer that is due. */
    public Steps() {
      long _ = timers.armAt(deadlineNanos, () -> firings += 10);
      clock.advanceMillis(5);
    }

    @Override
    public int first() {
      return Race.bit(timers.armAt(deadlineNanos, () -> firings++) > 0);
    }

    @Override
    public int second() {
      return timers.poll(8);
    }

    @Override
    public int after() {
      clock.advanceMillis(5);
      int _ = timers.poll(8);
      return firings;
    }
  }

  /** The driver takes due timers without the lock of the shard. */
  @JCStressTest
  @JCStressMeta(ArmAgainstExpiry.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Shard.class).unlocked("advance"),
            Defect.in("io.tourbillon.timer.wheel.Slots").pausing("removeFirst", "keep"),
            Defect.in("io.tourbillon.timer.wheel.Slots").pausing("keep", "release"));

    private final Race race = TWINS.race();

    @Actor
    public void arm(III_Result r) {
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
