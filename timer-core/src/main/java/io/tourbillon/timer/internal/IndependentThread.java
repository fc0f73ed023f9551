package io.tourbillon.timer.internal;

/**
 * Makes threads that inherit nothing from the thread that happens to make them: no inheritable
 * thread locals, no context class loader, no priority, no thread group. So a service that the first
 * request of a web application builds does not keep that request or application in memory, and does
 * not run its tasks with their identity.
 */
public final class IndependentThread {
  private static final ThreadGroup TOPMOST = topmostGroup();

  private IndependentThread() {}

  private static ThreadGroup topmostGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    for (ThreadGroup above = group; above != null; above = above.getParent()) {
      group = above;
    }
    return group;
  }

  /** A virtual thread, not started. */
  public static Thread virtual(String name, Runnable body) {
    return Thread.ofVirtual().inheritInheritableThreadLocals(false).name(name).unstarted(body);
  }

  /** A daemon platform thread of normal priority with the system's class loader. */
  @SuppressWarnings("ThreadPriorityCheck") // The maker's priority is what must not be inherited.
  public static Thread daemon(String name, Runnable body) {
    Thread thread =
        Thread.ofPlatform()
            .group(TOPMOST)
            .daemon()
            .priority(Thread.NORM_PRIORITY)
            .inheritInheritableThreadLocals(false)
            .name(name)
            .unstarted(body);
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    return thread;
  }
}
