package io.tourbillon.coroutine.internal.engine;

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
 * Two threads add reports while the thread that runs them is about to end, again and again.
 *
 * <p>The count of reports decides: the thread goes on, or the one who adds a report starts another
 * thread. Forbidden: a report that is not run, since there is no thread, or one that is run twice.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 16", expect = ACCEPTABLE, desc = "all were run")
public class ReportAgainstEnd {
  private final Race race = new Together(new Steps());

  @Actor
  public void add(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void addToo(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is that of the reports that were run. */
  public static final class Steps implements Race {
    private static final int EACH = 8;
    private final Aside aside = new Aside("race");
    private final AtomicInteger run = new AtomicInteger();

    /** No report, and no thread. */
    public Steps() {}

    private void add() {
      for (int report = 0; report < EACH; report++) {
        aside.add(run::incrementAndGet);
      }
    }

    @Override
    public int first() {
      add();
      return 0;
    }

    @Override
    public int second() {
      add();
      return 0;
    }

    @Override
    public int after() {
      long startNanos = System.nanoTime();
      long limitNanos = Twins.limit(Steps.class).toNanos();
      while (run.get() < 2 * EACH && System.nanoTime() - startNanos < limitNanos) {
        Thread.onSpinWait();
      }
      return run.get();
    }
  }

  /** The thread that ends counts by a check and a write. */
  @JCStressTest
  @JCStressMeta(ReportAgainstEnd.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(Aside.class).checkThenAct("run"));

    private final Race race = TWINS.race();

    @Actor
    public void add(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void addToo(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
