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
import org.jspecify.annotations.Nullable;

/**
 * Runs random programs on three loops that a {@link ConductedClock} interleaves, while every second
 * or third turn moves a coroutine to another loop. Time passes while coroutines run, and two of
 * them can run in turns at any call, so what holds in every order is checked, and no outcome is
 * compared. The program ends with status 1 at the first seed that fails, and prints what {@link
 * Campaign.Fault} says.
 */
public final class MovingPrograms {
  private static final int LOOPS = 3;
  private static final int PATIENCE_SECONDS = 10;

  /** While a program is made smaller, which tries many that are stuck. */
  private static final int LESS_PATIENCE_SECONDS = 1;

  private static final long SHRINKING_NANOS = SECONDS.toNanos(10);

  /** While a program is made smaller: a fault may need an interleaving. */
  private static final int SEEDS_OF_SMALLER = 4;

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
      Program program = ProgramGenerator.of(seed);
      try {
        moves += run(program, seed, PATIENCE_SECONDS);
      } catch (Throwable failure) {
        System.out.println(smallest(seed, program, failure.toString()));
        failure.printStackTrace();
        System.exit(1);
      }
    }
    System.out.println("moves: " + moves);
    System.exit(0);
  }

  private static Campaign.Fault smallest(long seed, Program program, String words) {
    long startNanos = System.nanoTime();
    return Campaign.Fault.ofSmallest(
        seed,
        program,
        words,
        smaller ->
            System.nanoTime() - startNanos < SHRINKING_NANOS ? faultOf(smaller, seed) : null);
  }

  private static @Nullable String faultOf(Program program, long seed) {
    for (long other = seed; other < seed + SEEDS_OF_SMALLER; other++) {
      try {
        long _ = run(program, other, LESS_PATIENCE_SECONDS);
      } catch (Throwable failure) {
        return failure.toString();
      }
    }
    return null;
  }

  /** Returns how many coroutines have moved. */
  private static long run(Program program, long seed, int patienceSeconds) throws Exception {
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
      ended.get(patienceSeconds, SECONDS);
    } catch (TimeoutException stuck) {
      throw new AssertionError("stuck: " + scheduler.dump(100), stuck);
    }
    boolean closed = scheduler.close(Duration.ofSeconds(patienceSeconds));
    interpreter.checkRest(closed, scheduler.stats());
    String outcome = interpreter.outcome();
    if (!interpreter.breaches().isEmpty() || outcome.contains("unexpected")) {
      throw new AssertionError(interpreter.breaches() + "\n" + outcome);
    }
    return scheduler.stats().loops().stream().mapToLong(loop -> loop.takenOver()).sum();
  }
}
