package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Lets Lincheck search for an execution of a few operations by a few threads whose results no
 * sequential order explains: with racing threads, and by trying the interleavings of their steps.
 * The latter does not depend on how busy the machine is.
 *
 * <p>Runs in a separate JVM, because Lincheck rewrites classes. No engine takes part: operations
 * that do not wait are the same on all engines.
 */
public final class Linearizability {
  private static final String HOLDS = "linearizable";
  private static final long HUNG_MILLIS = 60_000;

  /** A longer loop counts as one without an end. A wheel looks at each entry of a page. */
  private static final int LONGEST_LOOP = 100_000;

  private Linearizability() {}

  /** How executions are found. */
  private enum Mode {
    RACES,
    ORDERS
  }

  /**
   * Checks whether a class behaves, while threads race, like a sequential specification.
   *
   * @param operations a class with operations
   * @param meaning the specification: a class with the same operations, used by one thread
   * @param scenarios how many to try, at some milliseconds each
   */
  public static boolean holdsInRaces(Class<?> operations, Class<?> meaning, int scenarios)
      throws Exception {
    return holds(Mode.RACES, operations, meaning, scenarios);
  }

  /**
   * Like {@link #holdsInRaces}, but tries interleavings of the threads' steps.
   *
   * @param scenarios how many to try, at up to ten seconds each
   */
  public static boolean holdsInOrders(Class<?> operations, Class<?> meaning, int scenarios)
      throws Exception {
    return holds(Mode.ORDERS, operations, meaning, scenarios);
  }

  private static boolean holds(Mode mode, Class<?> operations, Class<?> meaning, int scenarios)
      throws Exception {
    String said =
        new FreshJvm(Linearizability.class)
            .with(
                "-XX:+EnableDynamicAgentLoading",
                "-Xshare:off",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.lang=ALL-UNNAMED")
            .within(Duration.ofMinutes(60))
            .run(mode.name(), operations.getName(), meaning.getName(), Integer.toString(scenarios));
    List<String> lines = said.lines().toList();
    if (lines.contains(HOLDS)) {
      return true;
    }
    assertTrue(said.contains("= Invalid execution results ="), said);
    System.out.println(said);
    return false;
  }

  /**
   * Runs in the separate JVM.
   *
   * @param arguments mode, operations, meaning, scenarios
   */
  public static void main(String[] arguments) throws ClassNotFoundException {
    Options<?, ?> options =
        switch (Mode.valueOf(arguments[0])) {
          case RACES -> new StressOptions().invocationsPerIteration(1000);
          case ORDERS ->
              new ModelCheckingOptions().invocationsPerIteration(500).loopBound(LONGEST_LOOP);
        };
    // All operations run in parallel, because another thread would run those before and after.
    options.actorsBefore(0);
    options.actorsAfter(0);
    options.threads(2);
    options.actorsPerThread(3);
    options.iterations(Integer.parseInt(arguments[3]));
    // Ten seconds by default, within which threads may not even begin on a busy machine.
    options.invocationTimeout$lincheck(HUNG_MILLIS);
    options.sequentialSpecification(Class.forName(arguments[2]));
    try {
      options.check(Class.forName(arguments[1]));
      System.out.println(HOLDS);
    } catch (LincheckAssertionError found) {
      System.out.println(found.getMessage());
    }
    System.exit(0);
  }
}
