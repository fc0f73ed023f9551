package io.tourbillon.coroutine.internal.engine;

/** The engine that runs coroutines as raw continuations of the JDK, on a platform thread. */
public final class ContinuationEngine extends LoopEngine {
  /** Creates the engine of a loop. */
  public ContinuationEngine(EngineLoop loop) {
    super(loop);
  }

  @Override
  public Thread newLoopThread(String name) {
    return new LoopThread(loop, name);
  }

  @Override
  public Strand newStrand(EngineTask coroutine) {
    return new ContinuationStrand(coroutine);
  }
}
