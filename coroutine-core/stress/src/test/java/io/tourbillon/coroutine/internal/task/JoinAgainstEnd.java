package io.tourbillon.coroutine.internal.task;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A coroutine ends while the first thread comes that waits for its end.
 *
 * <p>That thread makes the list of listeners and then reads the state; the loop writes the state
 * and then reads the list. Forbidden: neither sees the other, so a join never returns, or the
 * listener is notified twice.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "notified once")
public class JoinAgainstEnd {
  private final Race race = new Together(new Steps());

  @Actor
  public void listen(III_Result r) {
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

  /** The third number is that of the notifications. */
  public static final class Steps implements Race {
    private final CoroutineTask<?> coroutine;
    private final AtomicInteger told = new AtomicInteger();
    private final End.Listener listener =
        new End.Listener() {
          @Override
          void ended() {
            told.incrementAndGet();
          }
        };

    /** A coroutine for whose end nobody waits. */
    @SuppressWarnings("NullAway") // It does not use its loop here.
    public Steps() {
      Action body = () -> {};
      coroutine = new CoroutineTask<@Nullable Void>(null, 1, null, body);
    }

    @Override
    public int first() {
      coroutine.listen(listener);
      return 0;
    }

    @Override
    public int second() {
      boolean _ = coroutine.publishEnd(Coroutine.State.DONE);
      return 0;
    }

    @Override
    public int after() {
      return told.get();
    }
  }

  /** The final state is written without a fence. */
  @JCStressTest
  @JCStressMeta(JoinAgainstEnd.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(JoinableCoroutine.class).plain("state"));

    private final Race race = TWINS.race();

    @Actor
    public void listen(III_Result r) {
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
