package io.tourbillon.coroutine.internal.engine;

import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * The loop that an engine serves, as the engine sees it.
 *
 * <p>{@link #run} is the loop itself; the thread that the engine makes runs it.
 */
public interface EngineLoop extends Runnable {
  /** Returns its name, from which threads get theirs. */
  String name();

  /** Returns whether it uses the system's clock. */
  boolean isRealTime();

  /** Returns the current thread of the loop; null before the first. */
  @Nullable Thread thread();

  /** Runs a task in a turn of its own. Never refuses. May be called by any thread. */
  void execute(Runnable task);

  /** Runs a task as {@link #execute} does; must be called on the loop. */
  void makeReady(Runnable task);

  /**
   * Begins a timed wait of the JDK, as an entry of the loop's wheel. Must be called on the loop.
   *
   * @param guest identifies the thread that waits; null if the current coroutine waits
   * @param expiry the loop runs it after the delay, unless the wait is cancelled before
   */
  ScheduledFuture<?> beginTimedWait(@Nullable Object guest, Runnable expiry, long delayNanos);
}
