package io.tourbillon.timer.internal.writer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.util.concurrent.RejectedExecutionException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A change of a durable timer is submitted while the queue is emptied for good, as the service
 * closes.
 *
 * <p>The submitter adds its change and then reads whether the end has come; the thread that closes
 * writes that and then empties the queue. Forbidden: the change stays in the queue, so its future
 * never ends; or it is refused and handed back to the thread that closes as well.
 */
@JCStressTest
@State
@Outcome(
    id = {"0, 1, 0", "1, 0, 0"},
    expect = ACCEPTABLE,
    desc = "refused, or handed back")
public class SubmitAgainstEnd {
  private final Race race = new Together(new Steps());

  @Actor
  public void submit(III_Result r) {
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
   * The first number is 1 if the change was refused, the second is that of the changes handed back,
   * the third that of those left in the queue.
   */
  public static final class Steps implements Race {
    private final Submitted submitted = new Submitted(8, 1_000_000);

    /** An open queue. */
    public Steps() {}

    private static final class Some extends Request {
      Some() {
        super(new Change.Cancel(new TimerKey("handler", "key")));
      }

      @Override
      protected void committed(boolean found, long sinceNanos) {}

      @Override
      protected boolean failed(SQLException failure) {
        return true;
      }
    }

    @Override
    public int first() {
      try {
        submitted.add(new Some());
        return 0;
      } catch (RejectedExecutionException closed) {
        return 1;
      }
    }

    @Override
    public int second() {
      submitted.close();
      return submitted.end().size();
    }

    @Override
    public int after() {
      return submitted.end().size();
    }
  }

  /** A submitter does not look for the end after it has added its change. */
  @JCStressTest
  @JCStressMeta(SubmitAgainstEnd.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Submitted.class).without("enqueue", "remove"),
            Defect.in(Submitted.class).pausing("add", "enqueue"));

    private final Race race = TWINS.race();

    @Actor
    public void submit(III_Result r) {
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
