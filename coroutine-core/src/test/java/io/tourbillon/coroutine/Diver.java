package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Runs an operation at the greatest depth of the stack at which it does not overflow. */
final class Diver implements Runnable {
  private static final long STACK_BYTES = 200_000;

  private final Runnable operation;
  private boolean done;
  private int failures;

  private Diver(Runnable operation) {
    this.operation = operation;
  }

  /** Tries an operation with more and more stack, in a thread of its own, until it succeeds. */
  static void doDeepDown(Runnable operation) throws InterruptedException {
    Diver diver = new Diver(operation);
    Thread thread = new Thread(null, diver, "diver", STACK_BYTES);
    thread.setUncaughtExceptionHandler((_, thrown) -> {});
    thread.start();
    thread.join();
    assertTrue(diver.done, "never done");
    assertTrue(diver.failures > 0, "never too deep");
  }

  @Override
  public void run() {
    dive(0);
  }

  @SuppressWarnings("InfiniteRecursion") // Recurses until the stack is full.
  private int dive(int depth) {
    int deepest = depth;
    try {
      deepest = dive(depth + 1);
    } catch (StackOverflowError deepEnough) {
      failures++;
    }
    if (!done) {
      operation.run();
      done = true;
    }
    return deepest;
  }
}
