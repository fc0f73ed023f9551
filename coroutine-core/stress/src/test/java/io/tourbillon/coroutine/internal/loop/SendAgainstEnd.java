package io.tourbillon.coroutine.internal.loop;

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
 * A thread sends a message to a loop whose thread ends.
 *
 * <p>The loop writes that it has ended and then looks whether there is a message; the sender does
 * the reverse. Forbidden: nobody begins a new thread for the message, or two do.
 */
@JCStressTest
@State
@Outcome(
    id = {"0, 1, 1", "1, 0, 1"},
    expect = ACCEPTABLE,
    desc = "one begins a thread")
public class SendAgainstEnd {
  private final Race race = new Together(new Steps());

  @Actor
  public void send(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void end(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The first number is 1 if the sender begins a thread, the second if the one that ends does, and
   * the third is that of the messages.
   */
  public static final class Steps implements Race {
    private final Mailbox mailbox = new Mailbox(new Spin());

    /** The mailbox of a loop that is awake. */
    public Steps() {
      boolean _ = mailbox.begin();
    }

    private record Mail() implements Message {
      @Override
      public void run() {}
    }

    @Override
    public int first() {
      return Race.bit(mailbox.send(new Mail()) && mailbox.begin());
    }

    @Override
    public int second() {
      mailbox.end();
      return Race.bit(!mailbox.isEmpty() && mailbox.begin());
    }

    @Override
    public int after() {
      return mailbox.size();
    }
  }

  /** The loop writes that it has ended without a fence. */
  @JCStressTest
  @JCStressMeta(SendAgainstEnd.class)
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
    public void end(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
