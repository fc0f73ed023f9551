package io.tourbillon.coroutine.internal.engine;

/**
 * The engine whose coroutines are virtual threads of the JDK's own scheduler. It makes the thread
 * of the loop, which gives no turns.
 */
public final class PlainThreadEngine extends LoopEngine {
  /** Creates the engine of a loop. */
  public PlainThreadEngine(EngineLoop loop) {
    super(loop);
  }

  @Override
  public Thread newLoopThread(String name) {
    return new LoopThread(loop, null, name);
  }

  @Override
  public boolean givesTurns() {
    return false;
  }

  @Override
  public Strand newStrand(EngineTask coroutine) {
    throw new UnsupportedOperationException("coroutines of this engine are threads of the JDK");
  }

  /**
   * Returns a new virtual thread of the JDK's own scheduler, also to a caller that is a virtual
   * thread of a loop, whose scheduler it would get otherwise.
   */
  public static Thread newThread(Thread.Builder.OfVirtual builder, Runnable task) {
    Thread.Builder.OfVirtual bare = builder.inheritInheritableThreadLocals(false);
    return Thread.currentThread().isVirtual() && LoopOfThread.ownThread() != null
        ? Scheduling.byDefault(() -> bare.unstarted(task))
        : bare.unstarted(task);
  }

  /** Returns a thread that does not run on the loop either. */
  @Override
  public Thread newGuest(String name, Runnable task) {
    return newThread(Thread.ofVirtual().name(name), task);
  }

  /** Runs the task in a virtual thread of its own. */
  @Override
  public void runTask(Runnable task) {
    OffLoop.start("", task);
  }
}
