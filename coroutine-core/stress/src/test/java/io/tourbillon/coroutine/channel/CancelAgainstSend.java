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
 * A channel is cancelled while a thread sends.
 *
 * <p>Forbidden: a value that was sent and is neither received nor reported as undelivered, and one
 * that was refused and is reported.
 */
@JCStressTest
@State
@Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "sent, and reported as undelivered")
@Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "refused")
public class CancelAgainstSend {
  private final Race race = new Together(new Steps());

  @Actor
  public void send(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void cancel(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The first number is 1 if the value was sent, 2 if not. The third is that of the values
   * reported.
   */
  public static final class Steps implements Race {
    private final AtomicInteger undelivered = new AtomicInteger();
    private final Channel<Integer> channel =
        Channel.<Integer>builder().onUndelivered(_ -> undelivered.incrementAndGet()).buffered(1);

    /** A channel with room for one. */
    public Steps() {}

    @Override
    public int first() {
      return channel.trySend(7) ? 1 : 2;
    }

    @Override
    public int second() {
      channel.cancel();
      return 0;
    }

    @Override
    public int after() {
      return undelivered.get() + 10 * channel.size();
    }
  }

  /** A sender does not take the lock. */
  @JCStressTest
  @JCStressMeta(CancelAgainstSend.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(LockedChannel.class).unlocked("tryGive"),
            Defect.in(LockedChannel.class).pausing("giveLocked", "tryGive"));

    private final Race race = TWINS.race();

    @Actor
    public void send(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void cancel(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
