package io.tourbillon.coroutine.internal.task;

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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread cancels a coroutine that moves between two loops, and then sleeps.
 *
 * <p>The cancellation is told to the loop that the coroutine has just then, and by that loop to the
 * next one if it has moved meanwhile. Forbidden: the coroutine sleeps on.
 */
@JCStressTest
@State
@Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "the coroutine was cancelled, and has ended")
public class CancelAgainstMove {
  private final Race race = new Together(new Steps());

  @Actor
  public void move(III_Result r) {
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

  /** The first number is 1 if the coroutine has ended in time, the third if it was cancelled. */
  public static final class Steps implements Race {
    private static final CoroutineScheduler SCHEDULER = scheduler();
    private static final Duration FAR = Duration.ofHours(1);
    private static final long LIMIT_NANOS = Twins.limit(Steps.class).toNanos();
    private static final long LOOK_NANOS = 20_000;
    private static final int TURNS = 20;
    private static final int SPINS = 2_000;

    /** Written by the thread that spawns, before it waits. */
    private volatile @Nullable Coroutine<?> coroutine;

    /** Nothing before the race. */
    public Steps() {}

    /** Every second turn is not given, and the coroutine goes to the other loop. */
    private static CoroutineScheduler scheduler() {
      System.setProperty("io.tourbillon.coroutine.mix", "2");
      try {
        return CoroutineScheduler.builder()
            .loops(2)
            .engine(Engine.VIRTUAL_THREAD)
            .watchdog(Duration.ZERO)
            .build();
      } finally {
        System.clearProperty("io.tourbillon.coroutine.mix");
      }
    }

    private Coroutine<?> begun() {
      Coroutine<?> known = coroutine;
      while (known == null) {
        Thread.onSpinWait();
        known = coroutine;
      }
      return known;
    }

    @Override
    public int first() {
      Action body =
          () -> {
            for (int turn = 0; turn < TURNS; turn++) {
              Coroutines.yieldNow();
            }
            Coroutines.delay(FAR);
          };
      Coroutine<?> moving = SCHEDULER.spawn(body);
      coroutine = moving;
      long startNanos = System.nanoTime();
      while (!moving.state().isEnd() && System.nanoTime() - startNanos < LIMIT_NANOS) {
        LockSupport.parkNanos(LOOK_NANOS); // The loops need the processors, too.
      }
      return Race.bit(moving.state().isEnd());
    }

    @Override
    public int second() {
      Coroutine<?> moving = begun();
      for (int spin = ThreadLocalRandom.current().nextInt(SPINS); spin > 0; spin--) {
        Thread.onSpinWait();
      }
      return Race.bit(moving.cancel());
    }

    @Override
    public int after() {
      return Race.bit(begun().state() == Coroutine.State.CANCELLED);
    }
  }

  /** A loop that has the coroutine no more does not pass the cancellation on. */
  @JCStressTest
  @JCStressMeta(CancelAgainstMove.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(CoroutineTask.class).without("cancelled", "tell"));

    private final Race race = TWINS.race();

    @Actor
    public void move(III_Result r) {
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
