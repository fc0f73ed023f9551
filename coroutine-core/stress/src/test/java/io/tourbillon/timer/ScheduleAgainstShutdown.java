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
 * A timer is scheduled while the service is shut down.
 *
 * <p>The lock of the shard decides: the timer comes before the close, and is handed back, or after
 * it, and is refused. Forbidden: a timer that was accepted and is neither handed back nor run, and
 * one that was refused and is handed back.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "accepted, and handed back")
@Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "refused")
public class ScheduleAgainstShutdown {
  private final Race race = new Together(new Steps());

  @Actor
  public void schedule(III_Result r) {
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

  /** The third number is ten times the runs, plus the timers that are pending. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private int runs;

    /** A service without timers. */
    public Steps() {}

    @Override
    public int first() {
      try {
        TimerHandle _ = timers.schedule(Duration.ZERO, () -> runs++);
        return 1;
      } catch (RejectedExecutionException shutDown) {
        return 0;
      }
    }

    @Override
    public int second() {
      return timers.shutdownNow().size();
    }

    @Override
    public int after() {
      clock.advanceMillis(5);
      int _ = timers.poll(8);
      return 10 * runs + (int) timers.pending();
    }
  }

  /** A shard does not look whether it was closed. */
  @JCStressTest
  @JCStressMeta(ScheduleAgainstShutdown.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Shard.class).without("insert", "requireOpen"));

    private final Race race = TWINS.race();

    @Actor
    public void schedule(III_Result r) {
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
