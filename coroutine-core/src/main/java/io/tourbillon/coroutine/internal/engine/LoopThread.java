package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/** A platform thread that runs an event loop and knows it. */
final class LoopThread extends Thread {
  final EngineLoop loop;

  /** The loop as the scheduler of virtual threads; null if its engine is another. */
  final @Nullable VirtualThreadPool pool;

  @SuppressWarnings("ThreadPriorityCheck") // The creator's priority must not be inherited.
  LoopThread(EngineLoop loop, @Nullable VirtualThreadPool pool, String name) {
    super(null, loop, name, 0, false);
    this.loop = loop;
    this.pool = pool;
    setDaemon(true);
    setPriority(NORM_PRIORITY);
    setContextClassLoader(ClassLoader.getSystemClassLoader());
  }
}
