package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread moves a limit while the coroutine leaves the code that the limit is for.
 *
 * <p>Each change is one compare-and-set of the setting. Forbidden: a limit that was left and is
 * pending again, so that it could strike somebody who has nothing to do with it.
 */
@JCStressTest
@State
@Outcome(id = "[01], 0, 0", expect = ACCEPTABLE, desc = "the limit has ended")
public class MoveAgainstLeave {
  private final Race race = new Together(new Steps());

  @Actor
  public void move(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void leave(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 10 if the limit can still be moved, plus 1 if some of it remains. */
  public static final class Steps implements Race {
    private final MovableLimit limit;

    /** A limit that is pending. */
    public Steps() {
      Action body = () -> {};
      limit =
          new MovableLimit(
              null,
              new CoroutineTask<@Nullable Void>(IdleLoop.LOOP, 1, null, body),
              Duration.ofHours(1));
    }

    @Override
    public int first() {
      return Race.bit(limit.reschedule(Duration.ofHours(2)));
    }

    @Override
    public int second() {
      limit.leave();
      return 0;
    }

    @Override
    public int after() {
      return 10 * Race.bit(limit.reschedule(Duration.ofHours(3)))
          + Race.bit(limit.remaining() != null);
    }
  }

  /** A limit is moved by a check and a write. */
  @JCStressTest
  @JCStressMeta(MoveAgainstLeave.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(MovableLimit.class).checkThenAct("moveTo"));

    private final Race race = TWINS.race();

    @Actor
    public void move(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void leave(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
