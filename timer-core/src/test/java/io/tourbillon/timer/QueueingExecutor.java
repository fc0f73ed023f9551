package io.tourbillon.timer;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** An executor that runs what it was given when the test says so, on the test's thread. */
final class QueueingExecutor implements Executor {
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

  @Override
  public void execute(Runnable command) {
    queue.add(command);
  }

  int size() {
    return queue.size();
  }

  /** Runs the first that is there. */
  void runOne() {
    queue.remove().run();
  }

  /** Runs all that is there. */
  void runAll() {
    for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
      next.run();
    }
  }
}
