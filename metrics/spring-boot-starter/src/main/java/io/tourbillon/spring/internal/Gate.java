package io.tourbillon.spring.internal;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets runs of tasks begin, unless it is closed: then they wait until it opens. Knows how many runs
 * have begun and not ended. Thread-safe; a run takes the lock twice, for some instructions each.
 *
 * <p>A context that is stopped or paused, and not closed for good, closes the gate. Periodic tasks
 * then have at most one run each that waits.
 */
public final class Gate {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();

  /** How many runs of this gate the current thread is in: a task may run another one inside. */
  private final ThreadLocal<Integer> depth = new ThreadLocal<>();

  // Guarded by the lock.
  private boolean closed;
  private int running;
  private @Nullable Runnable whenIdle;

  /** Wraps a task so that each of its runs passes this gate. */
  public Runnable around(Runnable task) {
    return new Gated(task);
  }

  /** Lets runs begin. */
  public void open() {
    lock.lock();
    try {
      closed = false;
      whenIdle = null;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Lets no more runs begin until {@link #open}.
   *
   * @param whenIdle called when no run is left: by this thread, or by the one that ends the last
   *     run. Not called if the gate is opened before
   */
  public void close(Runnable whenIdle) {
    boolean idle;
    lock.lock();
    try {
      closed = true;
      idle = running == 0;
      this.whenIdle = idle ? null : whenIdle;
    } finally {
      lock.unlock();
    }
    if (idle) {
      whenIdle.run();
    }
  }

  /** Returns whether runs have to wait. */
  public boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the current thread is inside a run. */
  public boolean isInside() {
    return depth.get() != null;
  }

  /**
   * Returns false if the thread was interrupted while it waited, so that the run must not begin.
   */
  private boolean tryEnter() {
    lock.lock();
    try {
      while (closed) {
        opened.await();
      }
      running++;
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    Runnable callback = null;
    lock.lock();
    try {
      running--;
      if (running == 0) {
        callback = whenIdle;
        whenIdle = null;
      }
    } finally {
      lock.unlock();
    }
    if (callback != null) {
      callback.run();
    }
  }

  /** A task whose runs pass the gate. */
  private final class Gated implements Runnable {
    private final Runnable task;

    Gated(Runnable task) {
      this.task = task;
    }

    @Override
    public void run() {
      Integer outer = depth.get();
      // A run inside a run has passed already; if it waited, the outer one would never end.
      if (outer == null && !tryEnter()) {
        return;
      }
      depth.set(outer == null ? 1 : outer + 1);
      try {
        task.run();
      } finally {
        if (outer == null) {
          depth.remove();
          leave();
        } else {
          depth.set(outer);
        }
      }
    }

    @Override
    public String toString() {
      return task.toString();
    }
  }
}
