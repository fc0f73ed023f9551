package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import io.tourbillon.timer.Clock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread sends a message to a loop that is about to rest.
 *
 * <p>The loop writes that it rests and then looks whether there is a message; the sender does the
 * reverse. Forbidden: the loop rests, the sender has gone, and nobody has woken the loop. A wake of
 * a loop that has not rested is allowed.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, [01]", expect = ACCEPTABLE, desc = "the loop has seen the message")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the loop has rested, and was woken")
public class PostAgainstRest {
  private final Race race = new Together(new Steps());

  @Actor
  public void send(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void rest(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 if the loop has rested, the third 1 if it was woken. */
  public static final class Steps implements Race {
    private final Mailbox mailbox = new Mailbox(new Spin());
    private final Bell bell = new Bell();
    private volatile boolean sent;

    /** The mailbox of a loop that is awake. */
    public Steps() {
      boolean _ = mailbox.begin();
      mailbox.waitBy(bell);
    }

    private record Mail() implements Message {
      @Override
      public void run() {}
    }

    /** Rests until the sender has gone, and notes whether it has woken the loop by then. */
    private final class Bell implements Clock.Alarm {
      private boolean rested;
      private volatile boolean woken;

      @Override
      public void await() {
        while (!sent) {
          Thread.onSpinWait();
        }
        rested = true;
      }

      @Override
      public void awaitUntil(long deadlineNanos) {
        throw new UnsupportedOperationException("the loop has no deadline");
      }

      @Override
      public void wake() {
        woken = true;
      }

      @Override
      public void close() {}
    }

    @Override
    public int first() {
      boolean _ = mailbox.send(new Mail());
      sent = true;
      return 0;
    }

    @Override
    public int second() {
      mailbox.rest(false, 0);
      return Race.bit(bell.rested);
    }

    @Override
    public int after() {
      return Race.bit(bell.woken);
    }
  }

  /** The loop writes that it rests without a fence. */
  @JCStressTest
  @JCStressMeta(PostAgainstRest.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Mailbox.class).plain("rest"));

    private final Race race = TWINS.race();

    @Actor
    public void send(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void rest(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
