package io.tourbillon.coroutine;

/** Raw continuations of the JDK, on platform threads. */
final class ContinuationMachinery extends Machinery {
  ContinuationMachinery(EventLoop loop) {
    super(loop);
  }

  @Override
  Thread newLoopThread(String name) {
    return new LoopThread(loop, name);
  }

  @Override
  Strand newStrand(CoroutineTask<?> coroutine) {
    return new ContinuationStrand(coroutine);
  }
}
