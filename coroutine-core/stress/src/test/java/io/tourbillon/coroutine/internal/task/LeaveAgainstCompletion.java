package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A wait for a stage is given up while the stage completes.
 *
 * <p>Each transition of {@code Subscription} is one atomic operation. An idle subscription is put
 * aside, and must not be there when its stage is complete. Forbidden: the next wait for the stage
 * is not told that it is complete, or told twice.
 */
@JCStressTest
@State
@Outcome(id = "0, 1, (1|11)", expect = ACCEPTABLE, desc = "the next listener was called once")
public class LeaveAgainstCompletion {
  private final Race race = new Together(new Steps());

  @Actor
  public void leave(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void complete(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is ten times the calls of the first listener, plus those of the next one. */
  public static final class Steps implements Race {
    private final CompletableFuture<Integer> stage = new CompletableFuture<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final Subscription<Integer> subscription =
        Subscription.listen(stage, (_, _) -> calls.addAndGet(10));

    /** A wait for a stage. */
    public Steps() {}

    @Override
    public int first() {
      subscription.leave(stage);
      return 0;
    }

    @Override
    public int second() {
      return Race.bit(stage.complete(7));
    }

    @Override
    public int after() {
      Subscription<Integer> _ = Subscription.listen(stage, (_, _) -> calls.addAndGet(1));
      return calls.get();
    }
  }

  /** A wait is given up by a check and a write. */
  @JCStressTest
  @JCStressMeta(LeaveAgainstCompletion.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Subscription.class).checkThenAct("leave"));

    private final Race race = TWINS.race();

    @Actor
    public void leave(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void complete(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
