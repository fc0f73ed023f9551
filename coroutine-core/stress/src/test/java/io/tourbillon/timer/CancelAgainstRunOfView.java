package io.tourbillon.timer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * The future of a task of an executor view is cancelled while the poll runs it.
 *
 * <p>{@code FutureTask} decides the outcome, and the phase of {@code ViewFuture} what is still
 * counted. As in the JDK, a cancel may come when the task was called already, and gives the outcome
 * all the same. Forbidden: a future that has no outcome, a cancel that failed before the task has
 * run, and a count of waiting tasks that is not the one other task.
 */
@JCStressTest
@State
@Outcome(id = "1, [01], 11", expect = ACCEPTABLE, desc = "cancelled before the task was called")
@Outcome(id = "1, 1, 111", expect = ACCEPTABLE, desc = "cancelled while the task ran")
@Outcome(id = "0, 1, 101", expect = ACCEPTABLE, desc = "the task has run")
public class CancelAgainstRunOfView {
  private final Race race = new Together(new Steps());

  @Actor
  public void cancel(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void poll(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /**
   * The third number is 100 if the task has run, plus 10 if it is cancelled, plus tasks that wait.
   */
  public static final class Steps implements Race {
    private final SteppedClock clock = new SteppedClock();
    private final PolledTimerService timers =
        TimerService.builder().clock(clock).buildPolled(() -> {});

    private final ScheduledExecutorView view = timers.asScheduledExecutor();
    private int runs;
    private final Future<?> future = view.schedule(() -> runs++, 0, TimeUnit.MILLISECONDS);

    /** A task that is due, and another one that waits. */
    public Steps() {
      Future<?> _ = view.schedule(() -> runs++, 1, TimeUnit.HOURS);
      clock.advanceMillis(5);
    }

    @Override
    public int first() {
      return Race.bit(future.cancel(false));
    }

    @Override
    public int second() {
      return timers.poll(8);
    }

    @Override
    public int after() {
      return 100 * runs
          + (future.isCancelled() ? 10 : 0)
          + (future.isDone() ? 0 : 1000)
          + (int) view.getQueueSize();
    }
  }

  /** A run begins without the monitor of the future. */
  @JCStressTest
  @JCStressMeta(CancelAgainstRunOfView.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(
            Steps.class,
            Defect.in(ViewFuture.class).unlocked("begin"),
            Defect.in(ViewFuture.class).pausing("begin", "phase"));

    private final Race race = TWINS.race();

    @Actor
    public void cancel(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void poll(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
