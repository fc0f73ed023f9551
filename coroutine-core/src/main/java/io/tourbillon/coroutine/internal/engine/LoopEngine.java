package io.tourbillon.coroutine.internal.engine;

/**
 * An engine at work on one loop: makes the thread of the loop and the strands of its coroutines,
 * and runs code of users where that may block.
 */
public abstract class LoopEngine {
  final EngineLoop loop;
  private final Aside aside;

  LoopEngine(EngineLoop loop) {
    this.loop = loop;
    aside = new Aside(loop.name() + "-reports");
  }

  /** A thread, not yet started, that will be the loop. */
  public abstract Thread newLoopThread(String name);

  /** What will carry a coroutine, which has not begun. By the loop. */
  public abstract Strand newStrand(EngineTask coroutine);

  /** Runs something that is no coroutine and was in the ready queue. By the loop. */
  public void runOther(Runnable task) {
    task.run();
  }

  /**
   * Runs a task of users on the loop: of its timers, or what depends on the end of a coroutine. By
   * the loop. An engine whose blocking calls block the loop runs it on the loop's own thread, where
   * it holds up the coroutines as one of them would.
   */
  public void runTask(Runnable task) {
    task.run();
  }

  /**
   * Calls a handler of users, or the log, which may block: so not on the loop's own thread, unless
   * the loop goes by a virtual clock, where the same happens in the same order again and again.
   */
  public void report(Runnable report) {
    if (loop.isRealTime()) {
      aside.add(report);
    } else {
      report.run();
    }
  }

  /**
   * A virtual thread for other people's code, not yet started, that will run on the loop.
   *
   * @throws UnsupportedOperationException unless the engine can do that
   */
  public Thread newGuest(String name, Runnable task) {
    throw new UnsupportedOperationException("threads on the loops need Engine.VIRTUAL_THREAD");
  }
}
