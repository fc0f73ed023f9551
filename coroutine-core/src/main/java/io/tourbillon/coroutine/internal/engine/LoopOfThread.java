package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * Finds the loop that runs the calling code. The loop's thread knows its loop, and a coroutine of
 * {@code Engine.CONTINUATION} runs on that thread. For a virtual thread, its carrier knows the
 * loop; for a coroutine of {@code Engine.HANDOFF}, a thread-local does.
 */
public final class LoopOfThread {
  private LoopOfThread() {}

  /** Returns the loop that runs the calling code; null if none does. */
  public static @Nullable EngineLoop get() {
    LoopThread own = ownThread();
    if (own != null) {
      return own.loop;
    }
    return Thread.currentThread().isVirtual() ? HandoffEngine.currentLoop() : null;
  }

  /**
   * Returns whether the calling thread is a loop or a coroutine on an engine whose blocking calls
   * block the loop.
   *
   * @param current the calling thread
   */
  public static boolean holdsLoopByBlocking(Thread current) {
    return current instanceof LoopThread own
        ? own.pool == null
        : current.isVirtual() && HandoffEngine.currentLoop() != null;
  }

  /** Returns the thread of the loop that is or carries the calling thread; null if none does. */
  static @Nullable LoopThread ownThread() {
    Thread thread = Thread.currentThread();
    if (thread instanceof LoopThread own) {
      return own;
    }
    return Carriers.ARE_KNOWN
            && thread.isVirtual()
            && Carriers.of(thread) instanceof LoopThread carrier
        ? carrier
        : null;
  }
}
