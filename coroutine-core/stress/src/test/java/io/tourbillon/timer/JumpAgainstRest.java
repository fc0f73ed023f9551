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
 * A thread comes to rest on a virtual clock while another one moves the time.
 *
 * <p>The clock waits until each thread that has an alarm rests, and again, after the move, until it
 * has done its work. So a test that moves time sees what was due. Forbidden: the move ends before a
 * thread that was there has looked at the time.
 */
@JCStressTest
@State
@Outcome(
    id = "200, [01], 200",
    expect = ACCEPTABLE,
    desc = "the thread came too late, or has looked before the move has ended")
public class JumpAgainstRest {
  private final Race race = new Together(new Steps());

  @Actor
  public void rest(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void jump(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 if the thread was there and has looked, and 2 if it has not. */
  public static final class Steps implements Race {
    private final VirtualClock clock = new VirtualClock();
    private volatile boolean there;
    private volatile boolean looked;

    /** A clock at 0. */
    public Steps() {}

    @Override
    public int first() {
      Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
      there = true;
      alarm.awaitUntil(100);
      int nanos = (int) clock.nanoTime();
      looked = true;
      alarm.close();
      return nanos;
    }

    @Override
    public int second() {
      boolean wasThere = there;
      clock.jump(Duration.ofNanos(200));
      return wasThere ? 2 - Race.bit(looked) : 0;
    }

    @Override
    public int after() {
      return (int) clock.nanoTime();
    }
  }

  /** The clock does not wait until threads rest. */
  @JCStressTest
  @JCStressMeta(JumpAgainstRest.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(VirtualClock.class).without("move", "awaitRest"));

    private final Race race = TWINS.race();

    @Actor
    public void rest(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void jump(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
