package io.tourbillon.coroutine.channel;

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
 * A subscriber joins a broadcast while that is closed.
 *
 * <p>The subscriber is added and then reads whether the broadcast is closed; the close writes that
 * and then closes the source of each subscriber. Forbidden: the source stays open, so its receiver
 * waits for ever.
 */
@JCStressTest
@State
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the source is closed")
public class SubscribeAgainstClose {
  private final Race race = new Together(new Steps());

  @Actor
  public void subscribe(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void close(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the source is closed. */
  public static final class Steps implements Race {
    private final Broadcast<Integer> broadcast = Broadcast.droppingOldest(1);

    /** Read when the race is over. */
    private Source<Integer> source = Channel.buffered(1);

    /** A broadcast without subscribers. */
    public Steps() {}

    @Override
    public int first() {
      source = broadcast.subscribe();
      return 0;
    }

    @Override
    public int second() {
      return Race.bit(broadcast.closeWith(null));
    }

    @Override
    public int after() {
      return Race.bit(source.isClosed());
    }
  }

  /** A subscriber does not look whether the broadcast is closed by then. */
  @JCStressTest
  @JCStressMeta(SubscribeAgainstClose.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Broadcast.class).without("subscribe", "closeWith"),
            Defect.in(Broadcast.class).pausing("subscribe", "add"));

    private final Race race = TWINS.race();

    @Actor
    public void subscribe(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void close(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
