package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.ArrayDeque;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two threads send messages to a loop.
 *
 * <p>Forbidden: a message that is lost or comes twice, or the two messages of one sender in another
 * order than it has sent them.
 */
@JCStressTest
@State
@Outcome(
    id = "0, 0, (123|132|312)",
    expect = ACCEPTABLE,
    desc = "all messages, those of each sender in order")
public class MessagesOfTwoSenders {
  private final Race race = new Together(new Steps());

  @Actor
  public void sendTwo(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void sendOne(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number has a digit for each message, in the order of arrival. */
  public static final class Steps implements Race {
    private final Mailbox mailbox = new Mailbox(new Spin());

    /** The mailbox of a loop that is awake. */
    public Steps() {
      boolean _ = mailbox.begin();
    }

    private record Digit(int digit) implements Message {
      @Override
      public void run() {}
    }

    @Override
    public int first() {
      boolean _ = mailbox.send(new Digit(1));
      boolean _ = mailbox.send(new Digit(2));
      return 0;
    }

    @Override
    public int second() {
      boolean _ = mailbox.send(new Digit(3));
      return 0;
    }

    @Override
    public int after() {
      int all = 0;
      while (mailbox.poll() instanceof Digit(int digit)) {
        all = 10 * all + digit;
      }
      return all;
    }
  }

  /** The messages are in a queue for one thread. */
  @JCStressTest
  @JCStressMeta(MessagesOfTwoSenders.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Mailbox.class)
                .instead(MpscUnboundedAtomicArrayQueue.class, ArrayDeque.class));

    private final Race race = TWINS.race();

    @Actor
    public void sendTwo(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void sendOne(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
