package io.tourbillon.coroutine.internal.task;

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
 * A listener joins the listeners of a coroutine while its loop notifies them.
 *
 * <p>The spin lock of {@code End} decides: the loop finds the listener, or the listener finds that
 * the end has come. Forbidden: the listener is not notified, so a join never returns, or it is
 * notified twice.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "notified once")
public class ListenAgainstEnd {
  private final Race race = new Together(new Steps());

  @Actor
  public void listen(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void tell(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the notifications. */
  public static final class Steps implements Race {
    private final End end = new End();
    private final AtomicInteger told = new AtomicInteger();
    private final End.Listener listener =
        new End.Listener() {
          @Override
          void ended() {
            told.incrementAndGet();
          }
        };

    /** An end without listeners. */
    public Steps() {}

    @Override
    public int first() {
      end.listen(listener);
      return 0;
    }

    @Override
    public int second() {
      end.tell();
      return 0;
    }

    @Override
    public int after() {
      return told.get();
    }
  }

  /** A listener joins without the lock. */
  @JCStressTest
  @JCStressMeta(ListenAgainstEnd.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(End.class).unlocked("add"),
            Defect.in(End.class).pausing("add", "linked"));

    private final Race race = TWINS.race();

    @Actor
    public void listen(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void tell(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
