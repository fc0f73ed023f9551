package io.tourbillon.coroutine.channel;

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
 * Two threads meet at a channel without a buffer.
 *
 * <p>The lock of the channel decides who waits for whom. Forbidden: both wait, or the value is lost
 * or comes twice.
 */
@JCStressTest
@State
@Outcome(id = "1, 7, 0", expect = ACCEPTABLE, desc = "handed over")
public class SendAgainstReceive {
  private final Race race = new Together(new Steps());

  @Actor
  public void send(III_Result r) {
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

  /** The first number is 1 if the value was sent, the second is the value that was received. */
  public static final class Steps implements Race {
    private final LockedChannel<Integer> channel = new LockedChannel<>(Channel.builder(), 0, false);

    /** A channel that nobody uses. */
    public Steps() {}

    @Override
    public int first() {
      try {
        channel.send(7, Twins.limit(Steps.class));
        return 1;
      } catch (TimeoutException lost) {
        return 0;
      }
    }

    @Override
    public int second() {
      try {
        return channel.receive(Twins.limit(Steps.class));
      } catch (TimeoutException lost) {
        return 0;
      }
    }

    @Override
    public int after() {
      return channel.size();
    }
  }

  /** A sender looks for a receiver and enrols without the lock. */
  @JCStressTest
  @JCStressMeta(SendAgainstReceive.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(LockedChannel.class).unlocked("giveOrEnrol"),
            Defect.in(LockedChannel.class).pausing("giveOrEnrol", "addSender"));

    private final Race race = TWINS.race();

    @Actor
    public void send(III_Result r) {
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
