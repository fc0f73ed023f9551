package io.tourbillon.timer.internal.watchdog;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import io.tourbillon.timer.internal.IndependentThread;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A driver begins a batch of tasks while its watchdog goes to rest.
 *
 * <p>The driver writes the number of the batch and then reads whether the watchdog rests; the
 * watchdog does the reverse. Forbidden: the watchdog sleeps, so that a task which holds the driver
 * is never reported.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the stall was reported")
public class BeginAgainstRest {
  private final Race race = new Together(new Steps());

  @Actor
  public void begin(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void watch(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the stall of the driver was reported. */
  public static final class Steps implements Race {
    private static final long BOUND_NANOS = 1_000;
    private volatile boolean looked;
    private volatile boolean reported;
    private final Watchdog<String> watchdog =
        new Watchdog<>(BOUND_NANOS, _ -> "a stall", _ -> reported = true, new Nothing());
    private final Thread thread = IndependentThread.daemon("race-watchdog", watchdog);

    /** A watchdog that has not begun. */
    public Steps() {}

    /** Tells when the watchdog looks, which it does before it rests. */
    private final class Nothing implements Watchdog.Others {
      @Override
      public boolean isEmpty() {
        return true;
      }

      @Override
      public void look(long awakeNanos) {
        looked = true;
      }
    }

    @Override
    public int first() {
      while (!looked) {
        Thread.onSpinWait();
      }
      watchdog.begin();
      return 0;
    }

    @Override
    public int second() {
      watchdog.start(thread, Thread.currentThread());
      return 0;
    }

    @Override
    public int after() {
      long startNanos = System.nanoTime();
      long limitNanos = Twins.limit(Steps.class).toNanos();
      while (!reported && System.nanoTime() - startNanos < limitNanos) {
        Thread.onSpinWait();
      }
      watchdog.stop();
      return Race.bit(reported);
    }
  }

  /** A driver that begins a batch does not wake its watchdog. */
  @JCStressTest
  @JCStressMeta(BeginAgainstRest.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Watchdog.class).without("begin", "unpark"));

    private final Race race = TWINS.race();

    @Actor
    public void begin(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void watch(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
