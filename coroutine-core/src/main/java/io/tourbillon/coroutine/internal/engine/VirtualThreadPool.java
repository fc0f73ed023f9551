package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.IdentityHashMap;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An event loop as the JDK sees it: the scheduler of virtual threads. It is a ForkJoinPool because
 * the JDK hands timed waits to nothing else; it has no threads of its own, and runs nothing.
 *
 * <p>The JDK calls {@link #execute} with the continuation of a thread, always the same object, when
 * the thread can go on, and {@link #schedule} when one has begun a timed wait. Neither may block,
 * throw or refuse: the caller can be a thread of the JDK that serves the whole process.
 *
 * <p>All fields are the loop's own.
 */
final class VirtualThreadPool extends ForkJoinPool {
  private final EngineLoop loop;

  /** Coroutines in blocking calls, by their continuations. */
  private final IdentityHashMap<Runnable, EngineTask> blocked = new IdentityHashMap<>();

  /** Whose continuation, when it is submitted next, is not queued: it gives up its turn. */
  private @Nullable VirtualThreadStrand leaving;

  /** Whether a thread is being started, whose continuation is not queued but returned. */
  private boolean starting;

  private @Nullable Runnable started;

  /** The continuation that runs, if it is that of no coroutine. */
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

  /** Starts a thread and returns its continuation, which is for the caller to run. */
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

  /** A coroutine is about to yield. */
  void beginLeave(VirtualThreadStrand strand) {
    leaving = strand;
  }

  /** It goes on, whether it has left or not. */
  void endLeave() {
    leaving = null;
  }

  /** From now on the continuation, when the JDK submits it, is this coroutine's turn. */
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

  /** Runs what was in the ready queue: the turn of a coroutine, or of someone else's thread. */
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
