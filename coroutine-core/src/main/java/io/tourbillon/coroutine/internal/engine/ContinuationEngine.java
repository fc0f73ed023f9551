package io.tourbillon.coroutine.internal.engine;

/** Raw continuations of the JDK, on platform threads. */
public final class ContinuationEngine extends LoopEngine {
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
