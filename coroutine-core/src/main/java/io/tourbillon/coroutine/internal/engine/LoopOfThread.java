package io.tourbillon.coroutine.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * Finds the loop that the calling code is on. On the loop's own thread, and in a coroutine of
 * {@code Engine.CONTINUATION}, which has no other, the thread says so; in a virtual thread the
 * thread that carries it; in a coroutine of {@code Engine.HANDOFF} a thread-local.
 */
public final class LoopOfThread {
  private LoopOfThread() {}

  /** The loop of this code, or null if it is on none. */
  public static @Nullable EngineLoop get() {
    Thread thread = Thread.currentThread();
    if (thread instanceof LoopThread own) {
      return own.loop;
    }
    if (!thread.isVirtual()) {
      return null;
    }
    if (Carriers.ARE_KNOWN && Carriers.current() instanceof LoopThread carrier) {
      return carrier.loop;
    }
    return HandoffEngine.currentLoop();
  }
}
