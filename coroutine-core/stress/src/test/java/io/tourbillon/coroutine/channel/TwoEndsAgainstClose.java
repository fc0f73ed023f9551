package io.tourbillon.coroutine.channel;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.Resumption;
import io.tourbillon.coroutine.Suspension;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Two coroutines end on two loops, and a channel gets them as they end.
 *
 * <p>The last one closes the channel. Forbidden: one of them does not arrive, or the channel is
 * closed too early or never.
 */
@JCStressTest
@State
@Outcome(
    id = "1, 1, 21",
    expect = ACCEPTABLE,
    desc = "both have arrived, and the channel is closed")
public class TwoEndsAgainstClose {
  private final Race race = new Together(new Steps());

  @Actor
  public void endOne(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void endOther(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The third number is ten times the coroutines that have arrived, plus 1 if the channel is
   * closed.
   */
  public static final class Steps implements Race {
    private static final CoroutineScheduler SCHEDULER =
        CoroutineScheduler.builder().loops(2).engine(Engine.VIRTUAL_THREAD).build();

    private final AtomicReferenceArray<Resumption<Boolean>> waits = new AtomicReferenceArray<>(2);
    private final Source<Coroutine<?>> ended;

    /** Two coroutines that are suspended, or about to be. */
    public Steps() {
      Coroutine<?> one = SCHEDULER.spawn(() -> suspend(0));
      Coroutine<?> other = SCHEDULER.spawn(() -> suspend(1));
      ended = Completions.of(List.of(one, other));
      while (waits.get(0) == null || waits.get(1) == null) {
        Thread.onSpinWait();
      }
    }

    private void suspend(int number) {
      Boolean _ = Suspension.<Boolean>await("race", wait -> waits.set(number, wait));
    }

    @Override
    public int first() {
      return Race.bit(waits.get(0).resume(true));
    }

    @Override
    public int second() {
      return Race.bit(waits.get(1).resume(true));
    }

    @Override
    public int after() {
      int arrived = 0;
      try {
        while (arrived < 3) {
          Coroutine<?> _ = ended.receive(Twins.limit(Steps.class));
          arrived++;
        }
      } catch (ChannelClosedException end) {
        return 10 * arrived + 1;
      } catch (TimeoutException open) {
        return 10 * arrived;
      }
      return 10 * arrived;
    }
  }

  /** The coroutines that are left are counted by a read and a write. */
  @JCStressTest
  @JCStressMeta(TwoEndsAgainstClose.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Completions.class).checkThenAct("send"));

    private final Race race = TWINS.race();

    @Actor
    public void endOne(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void endOther(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
