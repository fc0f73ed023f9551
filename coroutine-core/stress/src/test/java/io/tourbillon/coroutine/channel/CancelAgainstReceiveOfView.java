package io.tourbillon.coroutine.channel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A view is cancelled while a receiver, after which the view keeps a value, ends.
 *
 * <p>The receiver ends and then reads whether the view was cancelled; the thread that cancels does
 * the reverse. One of them takes out what the view keeps. Forbidden: nobody does, so the value is
 * neither received nor given to the consumer of undelivered values; or both do.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "given to the consumer once")
public class CancelAgainstReceiveOfView {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancel(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void receive(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is how many times the value was given to the consumer. */
  public static final class Steps implements Race {
    private final AtomicInteger undelivered = new AtomicInteger();
    private final Channel<Integer> left =
        Channel.<Integer>builder().onUndelivered(_ -> undelivered.incrementAndGet()).buffered(1);
    private final Source<Integer> pairs = left.zip(Channel.<Integer>buffered(1), Integer::sum);

    /** A value that waits for its partner. */
    public Steps() {
      boolean _ = left.trySend(7);
    }

    @Override
    public int first() {
      pairs.cancel(null);
      return 0;
    }

    @Override
    public int second() {
      return Race.bit(pairs.tryReceiveResult() instanceof Received.Value<Integer>);
    }

    @Override
    public int after() {
      return undelivered.get();
    }
  }

  /** A receiver that ends does not look whether the view was cancelled. */
  @JCStressTest
  @JCStressMeta(CancelAgainstReceiveOfView.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(StatefulView.class).without("end", "dropIfCancelled"));

    private final Race race = TWINS.race();

    @Actor
    public void cancel(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void receive(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
