package io.tourbillon.coroutine.programs;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.tourbillon.coroutine.ConductedClock;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Mutants;
import io.tourbillon.coroutine.SpawnOptions;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * Runs random programs on three loops that a {@link ConductedClock} interleaves, while every second
 * or third turn moves a coroutine to another loop. Time passes while coroutines run, and two of
 * them can run in turns at any call, so what holds in every order is checked, and no outcome is
 * compared. The program ends with status 1 at the first seed that fails, and names it.
 */
public final class MovingPrograms {
  private static final int LOOPS = 3;
  private static final int PATIENCE_SECONDS = 10;

  private MovingPrograms() {}

  /**
   * Runs programs.
   *
   * @param arguments the first seed and the number of seeds; then the call that is taken out, if
   *     any
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 2) {
      Class<?> twin =
          new Mutants(Mutants.Mutant.of(arguments[2])).loadClass(MovingPrograms.class.getName());
      twin.getMethod("main", String[].class)
          .invoke(null, (Object) new String[] {arguments[0], arguments[1]});
      return;
    }
    long first = Long.parseLong(arguments[0]);
    long moves = 0;
    for (long seed = first; seed < first + Long.parseLong(arguments[1]); seed++) {
      try {
        moves += run(ProgramGenerator.of(seed), seed);
      } catch (Throwable failure) {
        System.out.println("seed " + seed + " fails: " + failure);
        System.out.println(ProgramGenerator.of(seed));
        failure.printStackTrace();
        System.exit(1);
      }
    }
    System.out.println("moves: " + moves);
    System.exit(0);
  }

  /** Returns how many coroutines have moved. */
  private static long run(Program program, long seed) throws Exception {
    System.setProperty("io.tourbillon.coroutine.mix", Long.toString(2 + seed % 2));
    ConductedClock clock = new ConductedClock(seed);
    Interpreter[] made = new Interpreter[1];
    CoroutineScheduler scheduler =
        TestSchedulers.builder()
            .loops(LOOPS)
            .clock(clock)
            .watchdog(Duration.ZERO)
            .exceptionHandler((_, thrown) -> made[0].uncaught(thrown))
            .build();
    Interpreter interpreter = new Interpreter(program, scheduler, clock, Twin.NONE);
    made[0] = interpreter;
    // The only one whose loop would be chosen by chance.
    CompletableFuture<?> ended =
        scheduler
            .spawn(SpawnOptions.DEFAULT.onLoop(seed), () -> interpreter.runToTheEnd())
            .toFuture();
    clock.begin();
    try {
      ended.get(PATIENCE_SECONDS, SECONDS);
    } catch (TimeoutException stuck) {
      throw new AssertionError("stuck: " + scheduler.dump(100), stuck);
    }
    boolean closed = scheduler.close(Duration.ofSeconds(PATIENCE_SECONDS));
    interpreter.checkRest(closed, scheduler.stats());
    String outcome = interpreter.outcome();
    if (!interpreter.breaches().isEmpty() || outcome.contains("unexpected")) {
      throw new AssertionError(interpreter.breaches() + "\n" + outcome);
    }
    return scheduler.stats().loops().stream().mapToLong(loop -> loop.takenOver()).sum();
  }
}
