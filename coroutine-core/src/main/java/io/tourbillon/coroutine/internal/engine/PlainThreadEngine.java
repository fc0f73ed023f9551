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

  /** Returns a thread that does not run on the loop either. */
  @Override
  public Thread newGuest(String name, Runnable task) {
    return Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(task);
  }

  /** Runs the task in a virtual thread of its own. */
  @Override
  public void runTask(Runnable task) {
    OffLoop.start("", task);
  }
}
