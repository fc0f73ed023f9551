package io.tourbillon.timer;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** An executor that runs its tasks when the test calls it, on the test's thread. */
final class QueueingExecutor implements Executor {
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();

  @Override
  public void execute(Runnable command) {
    queue.add(command);
  }

  int size() {
    return queue.size();
  }

  /** Runs the first task of the queue. */
  void runOne() {
    queue.remove().run();
  }

  /** Runs all tasks of the queue. */
  void runAll() {
    for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
      next.run();
    }
  }
}
