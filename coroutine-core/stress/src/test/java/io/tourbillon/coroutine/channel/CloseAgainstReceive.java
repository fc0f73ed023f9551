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
 * A channel is closed while a thread begins to wait for a value.
 *
 * <p>Forbidden: the receiver waits without an end.
 */
@JCStressTest
@State
@Outcome(id = "1, 2, 0", expect = ACCEPTABLE, desc = "the receiver has seen the end")
public class CloseAgainstReceive {
  private final Race race = new Together(new Steps());

  @Actor
  public void close(III_Result r) {
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

  /** The second number is 2 for the end of the channel, and 0 for a wait without an end. */
  public static final class Steps implements Race {
    private final LockedChannel<Integer> channel = new LockedChannel<>(Channel.builder(), 1, false);

    /** A channel that is empty. */
    public Steps() {}

    @Override
    public int first() {
      return Race.bit(channel.closeWith(null));
    }

    @Override
    public int second() {
      try {
        return channel.receive(Twins.limit(Steps.class));
      } catch (ChannelClosedException end) {
        return 2;
      } catch (TimeoutException lost) {
        return 0;
      }
    }

    @Override
    public int after() {
      return channel.size();
    }
  }

  /** A receiver looks for a value and enrols without the lock. */
  @JCStressTest
  @JCStressMeta(CloseAgainstReceive.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(LockedChannel.class).unlocked("takeOrEnrol"),
            Defect.in(LockedChannel.class).pausing("takeOrEnrol", "addReceiver"));

    private final Race race = TWINS.race();

    @Actor
    public void close(III_Result r) {
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
