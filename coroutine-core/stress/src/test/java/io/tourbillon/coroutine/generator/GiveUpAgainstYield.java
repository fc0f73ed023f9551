package io.tourbillon.coroutine.generator;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The taker of a generator gives up after its limit while the body yields.
 *
 * <p>The monitor decides: the taker gets the value, or the value waits for the next one. Forbidden:
 * the value is lost or comes twice, or the next taker is refused because the first one seems to
 * wait.
 */
@JCStressTest
@State
@Outcome(id = "[01], 1, 1", expect = ACCEPTABLE, desc = "taken once")
public class GiveUpAgainstYield {
  private final Race race = new Together(new Steps());

  @Actor
  public void take(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void yieldValue(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The first number is that of the values taken in time, the third that of all values. */
  public static final class Steps implements Race {
    private static final CoroutineScheduler SCHEDULER =
        CoroutineScheduler.builder().loops(1).engine(Engine.VIRTUAL_THREAD).build();

    private static final Duration SOON = Duration.ofNanos(20_000);

    private final CompletableFuture<Integer> value = new CompletableFuture<>();
    private final Generator<Integer> generator =
        Generator.of(SCHEDULER, out -> out.yield(Coroutines.await(value)));

    private int taken;

    /** A generator that waits for the value that it is to yield. */
    public Steps() {}

    private int take(Duration limit) {
      try {
        return Race.bit(generator.next(limit) instanceof Step.Yielded<Integer, ?>);
      } catch (TimeoutException | IllegalStateException notTaken) {
        return 0;
      }
    }

    @Override
    public int first() {
      taken = take(SOON);
      return taken;
    }

    @Override
    public int second() {
      return Race.bit(value.complete(7));
    }

    @Override
    public int after() {
      return taken + take(Twins.limit(Steps.class));
    }
  }

  /** A taker that has given up still counts as one that waits. */
  @JCStressTest
  @JCStressMeta(GiveUpAgainstYield.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Exchange.class).without("giveUp", "equals"));

    private final Race race = TWINS.race();

    @Actor
    public void take(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void yieldValue(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
