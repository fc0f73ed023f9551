package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread wakes a driver that is about to wait by the clock of the system.
 *
 * <p>The waking thread sets the flag of the alarm and then unparks the driver; the driver reads the
 * flag and then parks. Forbidden: the driver waits until its deadline, and what it was woken for is
 * late.
 */
@JCStressTest
@State
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "the driver was woken")
public class WakeAgainstAwait {
  private final Race race = new Together(new Steps());

  @Actor
  public void wake(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void await(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 if the driver has come back before its deadline. */
  public static final class Steps implements Race {
    private static final long LIMIT_NANOS = Twins.limit(Steps.class).toNanos();

    /** Written by the driver, before it waits. */
    private volatile Clock.@Nullable Alarm alarm;

    /** What the driver is woken for. */
    private volatile boolean due;

    /** A driver that has not waited. */
    public Steps() {}

    @Override
    public int first() {
      Clock.Alarm known = alarm;
      while (known == null) {
        Thread.onSpinWait();
        known = alarm;
      }
      due = true;
      known.wake();
      return 0;
    }

    @Override
    public int second() {
      Clock.Alarm own = Clock.system().newAlarm(Thread.currentThread());
      alarm = own;
      long deadlineNanos = System.nanoTime() + LIMIT_NANOS;
      while (!due) {
        own.awaitUntil(deadlineNanos);
      }
      return Race.bit(System.nanoTime() - deadlineNanos < 0);
    }

    @Override
    public int after() {
      return 0;
    }
  }

  /** The driver is not unparked. */
  @JCStressTest
  @JCStressMeta(WakeAgainstAwait.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in("io.tourbillon.timer.SystemClock$ParkingAlarm").without("wake", "unpark"));

    private final Race race = TWINS.race();

    @Actor
    public void wake(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void await(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
