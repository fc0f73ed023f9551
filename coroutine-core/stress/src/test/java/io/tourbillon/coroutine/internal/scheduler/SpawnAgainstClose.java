package io.tourbillon.coroutine.internal.scheduler;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread spawns a coroutine while another closes the scheduler.
 *
 * <p>A spawn takes its place before it reads whether a close has begun, and a close writes that
 * before it counts the places. Forbidden: a coroutine that was accepted and for which the close has
 * not waited, and a close that waits in vain.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "accepted, and has ended before the close")
@Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "refused")
public class SpawnAgainstClose {
  private final Race race = new Together(new Steps());

  @Actor
  public void spawn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void close(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the coroutine has come to its end. */
  public static final class Steps implements Race {
    private final CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .loops(1)
            .engine(Engine.VIRTUAL_THREAD)
            .watchdog(Duration.ZERO)
            .build();

    private volatile boolean ended;

    /** A scheduler without coroutines. */
    public Steps() {}

    @Override
    public int first() {
      Action body =
          () -> {
            Coroutines.delay(100, TimeUnit.MICROSECONDS);
            ended = true;
          };
      try {
        Coroutine<?> _ = scheduler.spawn(body);
        return 1;
      } catch (RejectedExecutionException closed) {
        return 0;
      }
    }

    @Override
    public int second() {
      return Race.bit(scheduler.close(Twins.limit(Steps.class)));
    }

    @Override
    public int after() {
      return Race.bit(ended);
    }
  }

  /** A spawn takes no place, so that a close does not see it. */
  @JCStressTest
  @JCStressMeta(SpawnAgainstClose.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(LoopScheduler.class).without("spawnAny", "takePlace"));

    private final Race race = TWINS.race();

    @Actor
    public void spawn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void close(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
