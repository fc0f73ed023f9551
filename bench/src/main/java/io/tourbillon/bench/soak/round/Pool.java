package io.tourbillon.bench.soak.round;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A pool of two threads for the tasks of timers, which a fault can put something in front of. */
public final class Pool implements Executor {
  private static final int THREADS = 2;
  private static final long GRACE_SECONDS = 10;

  private final ExecutorService threads;

  /** Whether a task is let through. Written by a fault, read by drivers. */
  private volatile Gate gate = task -> true;

  /** Decides about tasks. */
  @FunctionalInterface
  public interface Gate {
    /** Returns true if a task is passed on; otherwise it is dropped. May throw. */
    boolean lets(Runnable task);
  }

  Pool() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("soak-pool-", 1).factory());
    pool.prestartAllCoreThreads();
    threads = pool;
  }

  /** Sets what decides about tasks from now on. */
  public void gate(Gate newGate) {
    gate = newGate;
  }

  /** Lets all tasks through again. */
  public void open() {
    gate = task -> true;
  }

  @Override
  public void execute(Runnable task) {
    if (gate.lets(task)) {
      threads.execute(task);
    }
  }

  /** Returns the refusal of a task. */
  public static RejectedExecutionException refusal() {
    return new RejectedExecutionException("refused by the soak");
  }

  void close() throws InterruptedException {
    threads.shutdown();
    if (!threads.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
      threads.shutdownNow();
    }
  }
}
