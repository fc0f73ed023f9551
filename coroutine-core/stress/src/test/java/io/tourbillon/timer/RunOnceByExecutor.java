package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * An executor runs the same task twice, in two threads.
 *
 * <p>The monitor of {@code HandedOver} lets one of them begin. Forbidden: the task runs twice, or
 * not at all.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 10", expect = ACCEPTABLE, desc = "has run once")
public class RunOnceByExecutor {
  private final Race race = new Together(new Steps());

  @Actor
  public void run(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void runAgain(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is ten times the runs, plus the timers that are pending. */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final AtomicReference<Runnable> handedOver = new AtomicReference<>(() -> {});
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).executor(handedOver::set).buildPolled(() -> {});
    private final AtomicInteger runs = new AtomicInteger();

    /** A task that was handed to the executor. */
    public Steps() {
      long _ = timers.arm(0, TimeUnit.MILLISECONDS, runs::incrementAndGet);
      clock.advanceMillis(5);
      int _ = timers.poll(8);
    }

    @Override
    public int first() {
      handedOver.get().run();
      return 0;
    }

    @Override
    public int second() {
      handedOver.get().run();
      return 0;
    }

    @Override
    public int after() {
      return 10 * runs.get() + (int) timers.pending();
    }
  }

  /** A hand-over begins without its monitor. */
  @JCStressTest
  @JCStressMeta(RunOnceByExecutor.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(HandedOver.class).unlocked("run"),
            Defect.in(HandedOver.class).pausing("run", "phase"));

    private final Race race = TWINS.race();

    @Actor
    public void run(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void runAgain(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
