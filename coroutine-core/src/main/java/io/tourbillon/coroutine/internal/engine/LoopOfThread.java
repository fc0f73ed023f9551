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
    Thread thread = Thread.currentThread();
    if (thread instanceof LoopThread own) {
      return own.loop;
    }
    if (!thread.isVirtual()) {
      return null;
    }
    if (Carriers.ARE_KNOWN && Carriers.of(thread) instanceof LoopThread carrier) {
      return carrier.loop;
    }
    return HandoffEngine.currentLoop();
  }
}
