package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.engine.LoopOfThread;
import org.jspecify.annotations.Nullable;

/** Which loop, and which coroutine of it, the calling code is part of. */
public final class CurrentLoop {
  private CurrentLoop() {}

  /** The loop of this code, or null if it is on none. */
  public static @Nullable CoroutineLoop get() {
    return (CoroutineLoop) LoopOfThread.get();
  }

  /** Whether this is the very thread of a loop, and neither a coroutine nor a guest. */
  public static boolean isOwnThread() {
    CoroutineLoop loop = get();
    return loop != null && loop.current() == null && Thread.currentThread().equals(loop.thread());
  }

  /** The coroutine that this code is part of, or null if it is part of none. */
  public static @Nullable CoroutineTask<?> coroutine() {
    CoroutineLoop loop = get();
    return loop == null ? null : loop.current();
  }

  /**
   * The coroutine that this code is part of, or else the one that waits for this code as its
   * blocking call, or null.
   */
  public static @Nullable CoroutineTask<?> coroutineOrWaiter() {
    CoroutineTask<?> coroutine = coroutine();
    return coroutine == null ? BlockingCall.coroutineHere() : coroutine;
  }

  /**
   * The coroutine that this code is part of.
   *
   * @throws IllegalStateException if there is none
   */
  static CoroutineTask<?> requireCoroutine(String method) {
    CoroutineTask<?> coroutine = coroutine();
    if (coroutine == null) {
      throw new IllegalStateException(
          method
              + " must be called inside a coroutine, which CoroutineScheduler.spawn makes: called by "
              + Thread.currentThread());
    }
    return coroutine;
  }

  /** A name for the calling code: of its coroutine, or else of its thread. */
  static String whoAmI() {
    CoroutineTask<?> coroutine = coroutine();
    if (coroutine != null) {
      return coroutine.name();
    }
    Thread thread = Thread.currentThread();
    return thread.getName().isEmpty() ? "thread " + thread.threadId() : thread.getName();
  }
}
