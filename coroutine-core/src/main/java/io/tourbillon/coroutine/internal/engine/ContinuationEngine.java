package io.tourbillon.coroutine.internal.engine;

/**
 * The engine that runs coroutines as raw continuations of the JDK, on a platform thread.
 *
 * <p>A coroutine that has begun stays on its thread. The JIT compiler takes {@code
 * Thread.currentThread()} for a constant within a compiled method, also across a suspension, since
 * only the JDK's own code may use continuations. After a move, code of users would find the
 * thread-locals of the wrong loop, and would own locks in its name.
 */
public final class ContinuationEngine extends LoopEngine {
  /** Whether coroutines have thread-locals of their own in this JVM, or use those of the loop. */
  public static final boolean HAS_THREAD_LOCALS = ThreadLocalMaps.ARE_KNOWN;

  /**
   * Returns what the engine needs so that coroutines have thread-locals and bindings of scoped
   * values of their own, in words; empty if they have.
   */
  public static String lack() {
    return ThreadLocalMaps.lack();
  }

  /** Creates the engine of a loop. */
  public ContinuationEngine(EngineLoop loop) {
    super(loop);
  }

  @Override
  public Thread newLoopThread(String name) {
    return new LoopThread(loop, null, name);
  }

  @Override
  public Strand newStrand(EngineTask coroutine) {
    return new ContinuationStrand(coroutine);
  }
}
