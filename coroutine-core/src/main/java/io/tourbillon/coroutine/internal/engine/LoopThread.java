package io.tourbillon.coroutine.internal.engine;

/** A platform thread that is an event loop, by which code finds out on which loop it is. */
final class LoopThread extends Thread {
  final EngineLoop loop;

  @SuppressWarnings("ThreadPriorityCheck") // The maker's priority is what must not be inherited.
  LoopThread(EngineLoop loop, String name) {
    super(null, loop, name, 0, false);
    this.loop = loop;
    setDaemon(true);
    setPriority(NORM_PRIORITY);
    setContextClassLoader(ClassLoader.getSystemClassLoader());
  }
}
