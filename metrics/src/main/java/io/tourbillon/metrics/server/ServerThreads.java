package io.tourbillon.metrics.server;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of a server. They are daemons and inherit nothing from the thread that starts
 * them: no inheritable thread locals, no context class loader, no priority. Thread-safe.
 */
final class ServerThreads implements ThreadFactory {
  private static final String NAME = "tourbillon-metrics";

  private final AtomicInteger made = new AtomicInteger();

  @Override
  public Thread newThread(Runnable task) {
    return newThread(String.valueOf(made.incrementAndGet()), task);
  }

  /** Returns a new thread for one purpose, which its name states. */
  @SuppressWarnings("ThreadPriorityCheck") // Only to avoid the priority of the starting thread.
  static Thread newThread(String purpose, Runnable task) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name(NAME + "-" + purpose)
            .priority(Thread.NORM_PRIORITY)
            .inheritInheritableThreadLocals(false)
            .unstarted(task);
    thread.setContextClassLoader(ServerThreads.class.getClassLoader());
    return thread;
  }
}
