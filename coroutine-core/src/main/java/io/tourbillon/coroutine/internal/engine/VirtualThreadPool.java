package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
 * <p><b>Strays.</b> A virtual thread keeps its scheduler for life, so the JDK submits a coroutine
 * that has moved here, to the loop where it began. From its first move on, its strand is one of the
 * strays, and stands for its continuation in the queues of all loops. Only the loop that has the
 * coroutine may run the continuation, and only that loop knows whether the JDK is expected to
 * submit it. Other entries are dropped: the JDK makes them each time it has read the stack of a
 * suspended thread.
 *
 * <p>Any thread may call {@code execute}, which looks up the strays, and change the strays. {@code
 * schedule} is called on the loop that runs the thread. Everything else is loop-confined.
 */
@LoopConfined
final class VirtualThreadPool extends ForkJoinPool {
  private final EngineLoop loop;

  /** The coroutines that began here and have moved since, by their continuations. */
  private final Map<Runnable, VirtualThreadStrand> strays = new ConcurrentHashMap<>();

  /** Whether there ever was a stray. Written before the first one is added. */
  private volatile boolean hadStrays;

  /** Coroutines in blocking calls, by their continuations; without strays. */
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

  /** Returns the loop that runs the calling code; null if it is none, or of another engine. */
  private static @Nullable VirtualThreadPool here() {
    LoopThread own = LoopOfThread.ownThread();
    return own == null ? null : own.pool;
  }

  @Override
  public void execute(Runnable continuation) {
    VirtualThreadPool here = here();
    if (here != null && here.takesBack(continuation)) {
      return;
    }
    VirtualThreadStrand stray = stray(continuation);
    if (stray != null) {
      stray.submit();
    } else if (!equals(here)) {
      loop.execute(continuation);
    } else if (starting) {
      started = continuation;
    } else {
      loop.makeReady(continuation);
    }
  }

  /** Returns whether the continuation comes from the strand that is giving up its turn. */
  private boolean takesBack(Runnable continuation) {
    VirtualThreadStrand strand = leaving;
    if (strand == null || !strand.hasContinuation(continuation)) {
      return false;
    }
    leaving = null;
    strand.left();
    return true;
  }

  private @Nullable VirtualThreadStrand stray(Runnable continuation) {
    return hadStrays ? strays.get(continuation) : null;
  }

  /** Called on the loop that runs the thread, which need not be this one. */
  @Override
  public ScheduledFuture<?> schedule(Runnable expiry, long delay, TimeUnit unit) {
    VirtualThreadPool here = here();
    VirtualThreadPool runner = here == null ? this : here;
    return runner.loop.beginTimedWait(runner.guest, expiry, unit.toNanos(delay));
  }

  /** Makes a strand a stray. Changes nothing that counts if memory runs out. */
  void addStray(Runnable continuation, VirtualThreadStrand strand) {
    hadStrays = true;
    boolean added = false;
    try {
      strays.put(continuation, strand);
      added = true;
    } finally {
      if (!added) {
        strays.remove(continuation); // A map that fails to count it has added it by then.
      }
    }
  }

  /** Forgets a stray that has ended. */
  void removeStray(Runnable continuation) {
    strays.remove(continuation);
  }

  /** Submits a stray to this loop. Called by any thread. */
  void submit(VirtualThreadStrand stray) {
    loop.execute(stray);
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
    if (task instanceof VirtualThreadStrand stray) {
      stray.runIfExpected(this);
      return;
    }
    EngineTask coroutine = blocked.isEmpty() ? null : blocked.remove(task);
    if (coroutine != null) {
      coroutine.runBlocked();
      return;
    }
    VirtualThreadStrand stray = stray(task);
    if (stray != null) {
      stray.submit(); // It has become a stray since it was queued.
    } else {
      guest = task;
      task.run();
      guest = null;
    }
  }
}
