package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A timer that is a number is armed while its {@code LongTimers} are shut down.
 *
 * <p>The shutdown is announced before the timers of each shard are taken out under its lock, and a
 * timer is armed under the same lock. Forbidden: a timer that was accepted and is neither handed
 * back nor fired, and one that was refused and is handed back.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "accepted, and handed back")
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "refused")
public class ArmOfNumberAgainstShutdown {
  private final Race race = new Together(new Steps());

  @Actor
  public void arm(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void shutDown(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is ten times the firings, plus the timers that are pending. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int fired;
    private final LongTimers numbers = timers.longTimers(_ -> fired++);

    /** Long timers of which none is armed. */
    public Steps() {}

    @Override
    public int first() {
      try {
        long _ = numbers.arm(0, TimeUnit.MILLISECONDS, 4711);
        return 1;
      } catch (RejectedExecutionException shutDown) {
        return 0;
      }
    }

    @Override
    public int second() {
      return numbers.shutdownNow().length;
    }

    @Override
    public int after() {
      clock.advanceMillis(5);
      int _ = timers.poll(8);
      return 10 * fired + (int) timers.pending();
    }
  }

  /** A timer is armed without the lock of its shard. */
  @JCStressTest
  @JCStressMeta(ArmOfNumberAgainstShutdown.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in("io.tourbillon.timer.ShardedLongTimers$Share").unlocked("insert"),
            Defect.in("io.tourbillon.timer.ShardedLongTimers$Share")
                .pausing("insert", "openLongs"));

    private final Race race = TWINS.race();

    @Actor
    public void arm(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void shutDown(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
