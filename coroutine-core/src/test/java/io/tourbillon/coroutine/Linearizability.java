package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Options;
import org.jetbrains.lincheck.datastructures.StressOptions;

/**
 * Has Lincheck look for an execution of a few operations by a few threads whose results no order of
 * them explains: by racing threads, and by trying the orders of their steps one after the other.
 * The latter does not depend on how busy the machine is.
 *
 * <p>In a JVM of its own, as it rewrites classes. No engine has part in it: what does not wait is
 * the same on all of them.
 */
public final class Linearizability {
  private static final String HOLDS = "linearizable";

  private Linearizability() {}

  /** How executions are come by. */
  private enum Mode {
    RACES,
    ORDERS
  }

  /**
   * Says whether a class, while threads race, is like another, which is used by one thread and is
   * what is meant.
   *
   * @param operations a class with operations
   * @param meaning one with the same operations
   * @param scenarios how many to try, at some milliseconds each
   */
  public static boolean holdsInRaces(Class<?> operations, Class<?> meaning, int scenarios)
      throws Exception {
    return holds(Mode.RACES, operations, meaning, scenarios);
  }

  /**
   * The same, in whatever order the threads take their steps.
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
            .within(Duration.ofMinutes(20))
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
   * In the JVM of its own.
   *
   * @param arguments mode, operations, meaning, scenarios
   */
  public static void main(String[] arguments) throws ClassNotFoundException {
    Options<?, ?> options =
        switch (Mode.valueOf(arguments[0])) {
          case RACES -> new StressOptions().invocationsPerIteration(1000);
          case ORDERS -> new ModelCheckingOptions().invocationsPerIteration(500);
        };
    // All in parallel, as what goes before and after would be done by another thread.
    options.actorsBefore(0);
    options.actorsAfter(0);
    options.threads(2);
    options.actorsPerThread(3);
    options.iterations(Integer.parseInt(arguments[3]));
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
