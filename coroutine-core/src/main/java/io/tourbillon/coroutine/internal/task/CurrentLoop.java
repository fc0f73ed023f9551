package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.LoopOfThread;
import io.tourbillon.coroutine.internal.loop.EventLoop;
import org.jspecify.annotations.Nullable;

/** Finds the loop and the coroutine to which the calling code belongs. */
public final class CurrentLoop {
  private CurrentLoop() {}

  /** Returns the loop that runs the calling code; null if none does. */
  public static @Nullable CoroutineLoop get() {
    return (CoroutineLoop) LoopOfThread.get();
  }

  /**
   * Returns whether the caller runs directly on the thread of a loop, and not in a coroutine or a
   * guest thread.
   */
  public static boolean isOwnThread() {
    CoroutineLoop loop = get();
    return loop != null && loop.current() == null && Thread.currentThread().equals(loop.thread());
  }

  /** Returns the calling coroutine; null if the caller is none. */
  public static @Nullable SuspendingCoroutine<?> coroutine() {
    CoroutineLoop loop = get();
    return loop == null ? PlainCoroutine.here() : loop.current();
  }

  /**
   * Runs a task of users as {@link EventLoop#runTask} does; but a coroutine that gets no turns runs
   * it in a thread of its own, since the task must not suspend or hold up that coroutine, which may
   * have ended.
   */
  static void runTask(Runnable task) {
    PlainCoroutine<?> plain = PlainCoroutine.here();
    if (plain == null) {
      EventLoop.runTask(task);
    } else {
      plain.loop().scheduler().runApart(task);
    }
  }

  /**
   * Returns the calling coroutine, or else the coroutine that waits for the caller as its blocking
   * call; null if there is neither.
   */
  public static @Nullable SuspendingCoroutine<?> coroutineOrWaiter() {
    SuspendingCoroutine<?> coroutine = coroutine();
    return coroutine == null ? BlockingCall.coroutineHere() : coroutine;
  }

  /**
   * Returns the calling coroutine.
   *
   * @param method is named in the exception
   * @throws IllegalStateException if the caller is no coroutine
   */
  public static SuspendingCoroutine<?> requireCoroutine(String method) {
    SuspendingCoroutine<?> coroutine = coroutine();
    if (coroutine == null) {
      throw new IllegalStateException(
          method
              + " must be called inside a coroutine, which CoroutineScheduler.spawn makes: called by "
              + Thread.currentThread());
    }
    return coroutine;
  }

  /** Returns the name of the calling coroutine, or else of the calling thread. */
  public static String whoAmI() {
    SuspendingCoroutine<?> coroutine = coroutine();
    if (coroutine != null) {
      return coroutine.name();
    }
    Thread thread = Thread.currentThread();
    return thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName();
  }
}
