package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A service that nobody refers to any more ends when its last timer has ended. The timer is
 * cancelled while the service is noticed to be unreachable, and the driver goes to rest.
 *
 * <p>The thread that cancels ends the timer and then reads whether the service was dropped; the
 * other writes that and then the driver counts what is pending. Forbidden: the driver has counted
 * the timer and rests, and is not woken, so its thread stays.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, [01]", expect = ACCEPTABLE, desc = "the driver ends")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the driver rests, and was woken")
public class DropAgainstLastEnd {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancel(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void drop(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 if the driver rests, the third 1 if it was woken since. */
  public static final class Steps implements Race {
    private final Bell bell = new Bell();
    private final Waker waker = new Waker(bell);
    private volatile int pending = 1;

    /** A service with one timer. */
    public Steps() {}

    private static final class Bell implements Clock.Alarm {
      private volatile boolean rings;

      @Override
      public void await() {
        rings = false;
      }

      @Override
      public void awaitUntil(long deadlineNanos) {
        throw new UnsupportedOperationException("the timer is far away");
      }

      @Override
      public void wake() {
        rings = true;
      }

      @Override
      public void close() {}
    }

    @Override
    public int first() {
      pending = 0;
      waker.ended();
      return 0;
    }

    @Override
    public int second() {
      waker.drop();
      waker.await(); // The driver comes back, as it was woken.
      return Race.bit(!waker.isDropped() || pending > 0);
    }

    @Override
    public int after() {
      return Race.bit(bell.rings);
    }
  }

  /** A thread that has ended the last timer does not wake the driver. */
  @JCStressTest
  @JCStressMeta(DropAgainstLastEnd.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Waker.class).without("ended", "wake"));

    private final Race race = TWINS.race();

    @Actor
    public void cancel(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void drop(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
