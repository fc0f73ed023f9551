package io.tourbillon.coroutine.internal.loop;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A coroutine is spawned on a busy loop while the searcher, on which the spawner relies, ends its
 * search because nothing was spawned for a while.
 *
 * <p>The searcher ceases to search and then looks once more; the spawner adds the coroutine and
 * then looks whether a loop searches. Forbidden: the searcher rests until it is woken, and nobody
 * has woken it.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, [01]", expect = ACCEPTABLE, desc = "the searcher will look again")
@Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "the loop has rested, and was woken")
public class SpawnAgainstEndOfSearch {
  private final Race race = new Together(new Steps());

  @Actor
  public void spawn(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void endSearch(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The second number is 1 if the searcher rests until it is woken, the third 1 if it was. */
  public static final class Steps implements Race {
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(3_200);

    private final Peer[] loops = new Peer[2];
    private final WorkStealing stealing = StealingLoop.among(loops);
    private final StealingLoop busy = new StealingLoop(stealing);
    private final StealingLoop searching = new StealingLoop(stealing);
    private long nowNanos;

    /** A loop at work, and a searcher that has found nothing for some milliseconds. */
    public Steps() {
      loops[0] = busy;
      loops[1] = searching;
      long nextNanos = LONGEST_PAUSE_NANOS / 2; // Soon after the beginning, so it searches.
      while (nextNanos - nowNanos < LONGEST_PAUSE_NANOS) {
        nowNanos = nextNanos;
        nextNanos = searching.thief.beginIdling(nowNanos);
      }
      nowNanos = nextNanos;
    }

    @Override
    public int first() {
      busy.spawn();
      return 0;
    }

    @Override
    public int second() {
      return Race.bit(searching.thief.beginIdling(nowNanos) == LoopWheel.NEVER);
    }

    @Override
    public int after() {
      return searching.rouses();
    }
  }

  /** A searcher that ends its search does not look once more. */
  @JCStressTest
  @JCStressMeta(SpawnAgainstEndOfSearch.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(Thief.class).without("isToSearch", "loopWithOldest"),
            Defect.in(Thief.class).pausing("isToSearch", "stopSearching"));

    private final Race race = TWINS.race();

    @Actor
    public void spawn(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void endSearch(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
