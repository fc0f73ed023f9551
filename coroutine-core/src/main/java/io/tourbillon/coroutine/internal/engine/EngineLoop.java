package io.tourbillon.coroutine.internal.engine;

import java.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/**
 * What an engine knows of the loop that it serves.
 *
 * <p>{@link #run} is the loop itself, which the engine's thread runs.
 */
public interface EngineLoop extends Runnable {
  /** For the names of threads. */
  String name();

  /** Whether it goes by the system's clock. */
  boolean isRealTime();

  /** The thread that runs now; null before the first. */
  @Nullable Thread thread();

  /** Runs a task in a turn of its own. Never refuses. Called by any thread. */
  void execute(Runnable task);

  /** As {@link #execute}, called on the loop. */
  void makeReady(Runnable task);

  /**
   * Begins a timed wait of the JDK, as an entry of the loop's wheel. Called on the loop.
   *
   * @param guest stands for the thread that waits, or null if that is the current coroutine
   * @param expiry is run on the loop when the time is over, unless the wait is cancelled before
   */
  ScheduledFuture<?> beginTimedWait(@Nullable Object guest, Runnable expiry, long delayNanos);
}
