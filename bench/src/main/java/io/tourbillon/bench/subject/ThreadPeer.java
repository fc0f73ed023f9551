package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Virtual threads that use what the JDK has: those on its own scheduler, whose threads only flags
 * of the JVM can set, or those on Tourbillon's loops. The JDK has no select, and no time limit for
 * code that runs in the calling thread.
 */
final class ThreadPeer implements BlockingPeer {
  private final ThreadFactory threads;
  private final Supplier<ExecutorService> executors;
  private final boolean fair;
  private final Runnable close;

  private ThreadPeer(
      ThreadFactory threads, Supplier<ExecutorService> executors, boolean fair, Runnable close) {
    this.threads = threads;
    this.executors = executors;
    this.fair = fair;
    this.close = close;
  }

  /** The JDK's, whose scheduler has as many threads as the flags of the JVM say. */
  static ThreadPeer ofTheJdk(int threads) {
    return new ThreadPeer(
        Thread.ofVirtual().factory(),
        Executors::newVirtualThreadPerTaskExecutor,
        isFair(threads),
        () -> {});
  }

  static ThreadPeer onOurLoops(int loops) {
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(Engine.VIRTUAL_THREAD).loops(loops).build();
    return new ThreadPeer(
        scheduler.threadFactory(), scheduler::asExecutor, isFair(loops), scheduler::close);
  }

  /**
   * On one thread, an unfair semaphore takes ten times as long: a thread that releases a permit
   * takes it again before the woken thread runs.
   */
  private static boolean isFair(int threads) {
    return threads == 1;
  }

  @Override
  public void start(Runnable body) {
    threads.newThread(body).start();
  }

  private record QueuePipe(BlockingQueue<Long> queue) implements Pipe {
    @Override
    public void send(long number) {
      try {
        queue.put(number);
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }

    @Override
    public long receive() {
      try {
        return queue.take();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /** Makes the exception for an interrupt, which nobody sends. */
  static IllegalStateException interrupted(InterruptedException cause) {
    return new IllegalStateException("nobody interrupts these threads", cause);
  }

  @Override
  public Pipe pipe(int buffer) {
    return new QueuePipe(buffer == 0 ? new SynchronousQueue<>() : new ArrayBlockingQueue<>(buffer));
  }

  @Override
  public Guard mutex() {
    ReentrantLock lock = new ReentrantLock();
    return new Guard() {
      @Override
      public void acquire() {
        lock.lock();
      }

      @Override
      public void release() {
        lock.unlock();
      }
    };
  }

  @Override
  public Guard semaphore(int permits) {
    Semaphore semaphore = new Semaphore(permits, fair);
    return new Guard() {
      @Override
      public void acquire() {
        semaphore.acquireUninterruptibly();
      }

      @Override
      public void release() {
        semaphore.release();
      }
    };
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // This measures the cost of Thread.yield.
  public void yieldNow() {
    Thread.yield();
  }

  @Override
  public long joinChild(long number) {
    long[] result = new long[1];
    Thread child = threads.newThread(() -> result[0] = number + 1);
    child.start();
    join(child);
    return result[0];
  }

  private static void join(Thread child) {
    try {
      child.join();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  @Override
  public void scope(Runnable one, Runnable other) {
    try (ExecutorService scope = executors.get()) {
      scope.execute(one);
      scope.execute(other);
    }
  }

  @Override
  public void joinAll(int coroutines, IntConsumer body) {
    List<Thread> all = new ArrayList<>();
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      int number = coroutine;
      all.add(threads.newThread(() -> body.accept(number)));
    }
    all.forEach(Thread::start);
    all.forEach(ThreadPeer::join);
  }

  @Override
  public void close() {
    close.run();
  }
}
