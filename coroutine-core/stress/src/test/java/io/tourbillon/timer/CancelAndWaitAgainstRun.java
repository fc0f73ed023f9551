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
 * A cancel that waits races with the run of the task.
 *
 * <p>The thread that ends a run writes the phase and then reads the number of waiting threads; the
 * waiting thread does the reverse. Forbidden: the call returns while the task runs, or a wait
 * without an end.
 */
@JCStressTest
@State
@Outcome(
    id = "0, [01], (0|10)",
    expect = ACCEPTABLE,
    desc = "no run is in progress when the call returns")
public class CancelAndWaitAgainstRun {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancelAndWait(III_Result r) {
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

  /** The first number is 1 if the task still runs, the third ten times the runs. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private volatile boolean runs;
    private int ended;
    private final TimerHandle timer = timers.schedule(Duration.ZERO, this::task);

    /** A timer that is due. */
    public Steps() {
      clock.advanceMillis(5);
    }

    private void task() {
      runs = true;
      for (int spin = 0; spin < 20; spin++) {
        Thread.onSpinWait();
      }
      runs = false;
      ended++;
    }

    @Override
    public int first() {
      try {
        boolean _ = timer.cancelAndWait();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return Race.bit(runs);
    }

    @Override
    public int second() {
      return timers.poll(8);
    }

    @Override
    public int after() {
      return 10 * ended + (int) timers.pending();
    }
  }

  /** The call does not wait. */
  @JCStressTest
  @JCStressMeta(CancelAndWaitAgainstRun.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(ScheduledTimer.class).without("cancelAndWait", "await"));

    private final Race race = TWINS.race();

    @Actor
    public void cancelAndWait(III_Result r) {
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
