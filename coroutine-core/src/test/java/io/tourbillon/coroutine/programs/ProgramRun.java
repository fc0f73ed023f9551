package io.tourbillon.coroutine.programs;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.SchedulingPolicy;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program on the scheduler of production, with a virtual clock and an order of turns that a
 * seed decides. It is built as that of a {@code Simulation}, which would take a failure that nobody
 * joins for the end of the test; here such failures are part of the programs.
 */
final class ProgramRun {
  /**
   * What was seen.
   *
   * @param outcome in the words of {@link World#outcome}
   * @param breaches of what holds in every order
   */
  record Seen(String outcome, List<String> breaches) {}

  private ProgramRun() {}

  /**
   * Runs a program up to the end of its last coroutine.
   *
   * @param order the seed of the order of turns; null for that of production, in which operations
   *     that need not wait let nobody go first
   * @param twin the fault that the run has on purpose
   */
  static Seen of(Program program, @Nullable Long order, Twin twin) {
    VirtualClock clock = new VirtualClock();
    Interpreter[] made = new Interpreter[1];
    CoroutineScheduler scheduler =
        TestSchedulers.builder()
            .loops(1)
            .clock(clock)
            .policy(order == null ? SchedulingPolicy.fifo() : SchedulingPolicy.random(order))
            .budget(Duration.ZERO)
            .exceptionHandler((_, thrown) -> made[0].uncaught(thrown))
            .build();
    Interpreter interpreter = new Interpreter(program, scheduler, clock, twin);
    made[0] = interpreter;
    Coroutine<?> reaper =
        scheduler.spawn(
            () -> {
              clock.autoAdvance(true);
              interpreter.runToTheEnd();
            });
    try {
      Object _ = reaper.join(TestSchedulers.PATIENCE);
    } catch (TimeoutException stuck) {
      throw new AssertionError("the program does not end: " + scheduler.dump(100), stuck);
    }
    boolean closed = scheduler.close(TestSchedulers.PATIENCE);
    interpreter.checkRest(closed, scheduler.stats());
    return new Seen(interpreter.outcome(), interpreter.breaches());
  }
}
