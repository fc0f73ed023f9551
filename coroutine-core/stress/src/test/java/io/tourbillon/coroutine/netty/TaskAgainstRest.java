package io.tourbillon.coroutine.netty;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.netty.channel.EventLoop;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.stress.Defect;
import io.tourbillon.stress.Race;
import io.tourbillon.stress.Together;
import io.tourbillon.stress.Twins;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * A thread gives Netty a task on a loop, and another one spawns a coroutine there, while the loop
 * goes to rest in the selector of Netty.
 *
 * <p>Each sender writes its flag and then reads whether the loop rests; the loop does the reverse.
 * Forbidden: the task or the coroutine does not run, because the loop rests and nobody has woken
 * it.
 */
@JCStressTest
@State
@Outcome(id = "0, 0, 11", expect = ACCEPTABLE, desc = "both have run")
public class TaskAgainstRest {
  private final Race race = new Together(new Steps());

  @Actor
  public void execute(III_Result r) {
    r.r1 = race.first();
  }

  @Actor
  public void spawn(III_Result r) {
    r.r2 = race.second();
  }

  @Arbiter
  public void after(III_Result r) {
    r.r3 = race.after();
  }

  /** The third number is 1 if the coroutine has run, plus 10 if the task has. */
  public static final class Steps implements Race {
    private static final NettyLoops LOOPS =
        NettyLoops.builder().loops(1).engine(Engine.VIRTUAL_THREAD).build();

    private static final EventLoop CHANNELS = LOOPS.group().next();

    private volatile boolean taskHasRun;
    private volatile boolean coroutineHasRun;

    /** A loop that has nothing to do. */
    public Steps() {}

    @Override
    public int first() {
      CHANNELS.execute(() -> taskHasRun = true);
      return 0;
    }

    @Override
    public int second() {
      var _ = LOOPS.scheduler().spawn(() -> coroutineHasRun = true);
      return 0;
    }

    @Override
    public int after() {
      long startNanos = System.nanoTime();
      long limitNanos = Twins.limit(Steps.class).toNanos();
      while (!(taskHasRun && coroutineHasRun) && System.nanoTime() - startNanos < limitNanos) {
        Thread.onSpinWait();
      }
      return Race.bit(coroutineHasRun) + 10 * Race.bit(taskHasRun);
    }
  }

  /** A thread that adds a task does not end the rest. */
  @JCStressTest
  @JCStressMeta(TaskAgainstRest.class)
  @State
  public static class Twin {
    private static final Twins TWINS =
        new Twins(Steps.class, Defect.in(NettyPoller.class).without("taskAdded", "interruptRest"));

    private final Race race = TWINS.race();

    @Actor
    public void execute(III_Result r) {
      r.r1 = race.first();
    }

    @Actor
    public void spawn(III_Result r) {
      r.r2 = race.second();
    }

    @Arbiter
    public void after(III_Result r) {
      r.r3 = race.after();
    }
  }
}
