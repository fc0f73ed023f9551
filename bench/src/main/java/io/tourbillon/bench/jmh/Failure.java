package io.tourbillon.bench.jmh;

/**
 * Makes a failed benchmark report no number. JMH by default drops the iteration that threw, and
 * reports those before it. If the JVM of a benchmark ends early, JMH reports nothing for it, and
 * continues with the next benchmark.
 */
final class Failure {
  private static final String FORKED_MAIN = "org.openjdk.jmh.runner.ForkedMain";

  private Failure() {}

  /** Runs a step of a benchmark; if the step fails, the benchmark fails. */
  static <X extends Exception> void guard(Step<X> step) throws X {
    try {
      step.run();
    } catch (RuntimeException failure) {
      throw of(failure);
    }
  }

  /** Ends a JVM that JMH has forked. In another JVM, returns the cause for the caller to throw. */
  static RuntimeException of(RuntimeException cause) {
    if (isForked()) {
      cause.printStackTrace();
      System.exit(1);
    }
    return cause;
  }

  /** Whether this is a JVM that JMH has forked for one benchmark. */
  static boolean isForked() {
    return System.getProperty("sun.java.command", "").startsWith(FORKED_MAIN);
  }

  /** A step that may fail. */
  interface Step<X extends Exception> {
    void run() throws X;
  }
}
