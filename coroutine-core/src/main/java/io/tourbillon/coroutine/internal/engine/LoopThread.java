package io.tourbillon.coroutine.internal.engine;

/** A platform thread that runs an event loop and knows it. */
final class LoopThread extends Thread {
  final EngineLoop loop;

  @SuppressWarnings("ThreadPriorityCheck") // The creator's priority must not be inherited.
  LoopThread(EngineLoop loop, String name) {
    super(null, loop, name, 0, false);
    this.loop = loop;
    setDaemon(true);
    setPriority(NORM_PRIORITY);
    setContextClassLoader(ClassLoader.getSystemClassLoader());
  }
}
