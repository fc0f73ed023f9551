package io.tourbillon.bench.jmh;

/**
 * How a benchmark fails: without a number. JMH by itself drops the iteration that threw and reports
 * the ones before it; of a benchmark whose JVM has ended before its time it reports nothing, and
 * goes on to the next benchmark.
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

  /** Ends a JVM that JMH has forked. In any other returns the cause, to be thrown. */
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

  /** What may fail. */
  interface Step<X extends Exception> {
    void run() throws X;
  }
}
