package io.tourbillon.coroutine.sync;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.TimeoutException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * An event is set while a thread begins to wait for it.
 *
 * <p>To enrol and to look again is one step under the lock. Forbidden: the thread waits although
 * the event is set.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "the wait has ended")
public class SetAgainstAwait {
  private final Race race = new Together(new Steps());

  @Actor
  public void set(III_Result r) {
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

  /** The second number is 0 for a wait without an end. */
  public static final class Steps implements Race {
    private final Event event = new Event();

    /** An event that is not set. */
    public Steps() {}

    @Override
    public int first() {
      return Race.bit(event.set());
    }

    @Override
    public int second() {
      try {
        event.await(Twins.limit(Steps.class));
        return 1;
      } catch (TimeoutException lost) {
        return 0;
      }
    }

    @Override
    public int after() {
      return Race.bit(event.isSet());
    }
  }

  /** A waiter does not look again when it has enrolled. */
  @JCStressTest
  @JCStressMeta(SetAgainstAwait.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(WaitQueue.class).without("enrolAndServe", "run"));

    private final Race race = TWINS.race();

    @Actor
    public void set(III_Result r) {
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
