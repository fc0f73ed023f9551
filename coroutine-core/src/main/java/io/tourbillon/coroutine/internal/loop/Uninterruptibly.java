package io.tourbillon.coroutine.internal.loop;

import io.tourbillon.coroutine.internal.engine.Interrupts;
import io.tourbillon.timer.internal.TickScale;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits in a plain thread and ignores interrupts, whose status it restores at the end. */
public final class Uninterruptibly {
  private Uninterruptibly() {}

  /**
   * Waits until a future is complete, in whatever way, or the limit has passed.
   *
   * @param limit zero or less does not wait
   * @return whether the future is complete
   */
  public static boolean isDoneWithin(CompletableFuture<?> end, Duration limit) {
    long deadlineNanos = System.nanoTime() + Math.max(0, TickScale.nanosOf(limit));
    boolean interrupted = false;
    try {
      while (true) {
        try {
          end.get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
          return true;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException | CancellationException e) {
          return true;
        } catch (TimeoutException e) {
          return false;
        }
      }
    } finally {
      if (interrupted) {
        Interrupts.restore();
      }
    }
  }
}
