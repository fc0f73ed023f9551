package io.tourbillon.coroutine;

/** How an engine makes the thread of a loop, and strands for its coroutines. One for each loop. */
abstract class Machinery {
  /** A thread, not yet started, that will be the loop. */
  abstract Thread newLoopThread(String name);

  /** What will carry a coroutine, which has not begun. By the loop. */
  abstract Strand newStrand(CoroutineTask<?> coroutine);

  /** Runs something that is no coroutine and was in the ready queue. By the loop. */
  void runOther(Runnable task) {
    task.run();
  }

  /** Runs a task of users. By the loop. */
  void runTask(Runnable task) {
    task.run();
  }

  /**
   * A virtual thread for other people's code, not yet started, that will run on the loop.
   *
   * @throws UnsupportedOperationException unless the engine can do that
   */
  Thread newGuest(String name, Runnable task) {
    throw new UnsupportedOperationException("threads on the loops need Engine.VIRTUAL_THREAD");
  }
}
