package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.IdentityHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An event loop as the JDK sees it: the scheduler of virtual threads. It is a ForkJoinPool because
 * the JDK passes timed waits to no other class; it has no threads and runs nothing.
 *
 * <p>When a thread can go on, the JDK calls {@link #execute} with its continuation, always the same
 * object. When a thread begins a timed wait, the JDK calls {@link #schedule}. Neither may block,
 * throw or refuse: the caller can be a thread of the JDK that serves the whole process.
 *
 * <p>Any thread may call {@code execute}; everything else is loop-confined.
 */
@LoopConfined
final class VirtualThreadPool extends ForkJoinPool {
  private final EngineLoop loop;

  /** Coroutines in blocking calls, by their continuations. */
  private final IdentityHashMap<Runnable, EngineTask> blocked = new IdentityHashMap<>();

  /**
   * The strand that is giving up its turn; its continuation is not queued when the JDK submits it.
   */
  private @Nullable VirtualThreadStrand leaving;

  /**
   * Whether a thread is being started; {@link #start} then returns its continuation instead of
   * queueing it.
   */
  private boolean starting;

  private @Nullable Runnable started;

  /** The continuation that runs; null if it belongs to a coroutine. */
  private @Nullable Runnable guest;

  VirtualThreadPool(EngineLoop loop) {
    super(1);
    this.loop = loop;
  }

  @Override
  public void execute(Runnable continuation) {
    if (!loop.equals(LoopOfThread.get())) {
      loop.execute(continuation);
      return;
    }
    VirtualThreadStrand strand = leaving;
    if (strand != null) {
      leaving = null;
      strand.left();
    } else if (starting) {
      started = continuation;
    } else {
      loop.makeReady(continuation);
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable expiry, long delay, TimeUnit unit) {
    return loop.beginTimedWait(guest, expiry, unit.toNanos(delay));
  }

  /** Starts a thread and returns its continuation, which the caller must run. */
  Runnable start(Thread thread) {
    starting = true;
    try {
      thread.start();
      Runnable continuation = started;
      if (continuation == null) {
        throw new IllegalStateException("a thread that starts must be submitted: " + thread);
      }
      return continuation;
    } finally {
      starting = false;
      started = null;
    }
  }

  /** Notes that a coroutine is about to yield. */
  void beginLeave(VirtualThreadStrand strand) {
    leaving = strand;
  }

  /** Notes that the coroutine runs again, whether it has left its carrier or not. */
  void endLeave() {
    leaving = null;
  }

  /** Makes the continuation, when the JDK submits it next, a turn of this coroutine. */
  void expect(Runnable continuation, EngineTask coroutine) {
    while (true) {
      try {
        blocked.put(continuation, coroutine);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  /** Runs a task from the ready queue: the turn of a coroutine, or of another virtual thread. */
  void run(Runnable task) {
    EngineTask coroutine = blocked.isEmpty() ? null : blocked.remove(task);
    if (coroutine != null) {
      coroutine.runBlocked();
    } else {
      guest = task;
      task.run();
      guest = null;
    }
  }
}
