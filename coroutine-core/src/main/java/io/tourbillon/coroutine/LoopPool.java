package io.tourbillon.coroutine;

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
 */
final class LoopPool extends ForkJoinPool {
  private final EventLoop loop;

  /** Coroutines in blocking calls, by their continuations. The loop's own. */
  private final IdentityHashMap<Runnable, CoroutineTask<?>> blocked = new IdentityHashMap<>();

  /** Set while a strand is being started or unparked, whose continuation is not to be queued. */
  private boolean capturing;

  private @Nullable Runnable captured;

  LoopPool(EventLoop loop) {
    super(1);
    this.loop = loop;
  }

  @Override
  public void execute(Runnable continuation) {
    if (CurrentLoop.get() == loop) {
      if (capturing) {
        captured = continuation;
      } else {
        loop.makeReady(continuation);
      }
    } else {
      loop.execute(continuation);
    }
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable expiry, long delay, TimeUnit unit) {
    TimedWait wait = new TimedWait(loop, expiry);
    wait.begin(unit.toNanos(delay));
    return wait;
  }

  /** From now on a continuation that the JDK submits is not queued. By the loop. */
  void beginCapture() {
    capturing = true;
  }

  /** Returns the continuation that was submitted meanwhile, or null if there was none. */
  @Nullable Runnable endCapture() {
    Runnable submitted = captured;
    capturing = false;
    captured = null;
    return submitted;
  }

  /** From now on the continuation, when the JDK submits it, is this coroutine's turn. */
  void expect(Runnable continuation, CoroutineTask<?> coroutine) {
    blocked.put(continuation, coroutine);
  }

  /** Runs what was in the ready queue: the turn of a coroutine, or of someone else's thread. */
  void run(Runnable task) {
    CoroutineTask<?> coroutine = blocked.isEmpty() ? null : blocked.remove(task);
    if (coroutine != null) {
      coroutine.runBlocked();
    } else {
      task.run();
    }
  }
}
