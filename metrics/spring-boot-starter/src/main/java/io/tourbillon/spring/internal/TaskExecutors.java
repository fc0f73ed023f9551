package io.tourbillon.spring.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes the threads of tasks and drivers. They inherit nothing from the thread that makes them, and
 * have the class loader of the application as their context class loader: in an executable jar the
 * system's class loader knows neither the application nor its libraries.
 */
public final class TaskExecutors {
  /** The limit that means no limit, as in Spring. */
  public static final int UNLIMITED = -1;

  private static final long KEEP_ALIVE_SECONDS = 60;

  private TaskExecutors() {}

  /**
   * Makes an executor of virtual threads.
   *
   * @param limit the most tasks that run at a time; others wait in a queue, in order. {@link
   *     #UNLIMITED} starts a thread for each task
   */
  public static ExecutorService virtual(String namePrefix, int limit, ClassLoader loader) {
    Thread.Builder threads =
        Thread.ofVirtual().inheritInheritableThreadLocals(false).name(namePrefix, 1);
    ThreadFactory factory = withLoader(threads.factory(), loader);
    return limit == UNLIMITED
        ? Executors.newThreadPerTaskExecutor(factory)
        : limited(limit, factory);
  }

  /** As {@link #virtual}, but of platform threads, which are daemons. */
  public static ExecutorService platform(String namePrefix, int limit, ClassLoader loader) {
    Thread.Builder threads =
        Thread.ofPlatform().daemon().inheritInheritableThreadLocals(false).name(namePrefix, 1);
    ThreadFactory factory = withLoader(threads.factory(), loader);
    return limit == UNLIMITED ? Executors.newCachedThreadPool(factory) : limited(limit, factory);
  }

  /**
   * Makes the driver of a timer service. The first thread has the name, others a number as well.
   */
  @SuppressWarnings("ThreadPriorityCheck") // The maker's priority is what must not be inherited.
  public static ThreadFactory driver(String name, boolean daemon, ClassLoader loader) {
    AtomicLong made = new AtomicLong();
    return withLoader(
        body -> {
          long number = made.incrementAndGet();
          return Thread.ofPlatform()
              .daemon(daemon)
              .priority(Thread.NORM_PRIORITY)
              .inheritInheritableThreadLocals(false)
              .name(number == 1 ? name : name + "-" + number)
              .unstarted(body);
        },
        loader);
  }

  private static ThreadFactory withLoader(ThreadFactory factory, ClassLoader loader) {
    return body -> {
      Thread thread = factory.newThread(body);
      thread.setContextClassLoader(loader);
      return thread;
    };
  }

  private static ThreadPoolExecutor limited(int limit, ThreadFactory factory) {
    if (limit < 1) {
      throw new IllegalArgumentException(
          "concurrencyLimit must be at least 1, or " + UNLIMITED + " for no limit: " + limit);
    }
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            limit,
            limit,
            KEEP_ALIVE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            factory);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
