package io.tourbillon.timer;

import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A task of our own making, behind which somebody waits: it is told if it will not run after all. */
interface AccountableTask extends Runnable {
  /**
   * Called at most once, outside all locks.
   *
   * @param why a {@link RejectedExecutionException} if the executor refused it or the service was
   *     shut down, a {@link CancellationException} if it was cancelled
   */
  void notRun(RuntimeException why);

  /** What a caller passed in, to be handed back at shutdown, if anything. */
  @Nullable Runnable passedIn();
}
