package io.tourbillon.timer.internal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Helps a thread to survive a full heap, with memory that it can release and pauses between
 * attempts.
 *
 * <p>After an {@link OutOfMemoryError} the thread releases the reserve, which leaves enough memory
 * for a log record, waits a little, and tries again. When there is memory again, it refills the
 * reserve. Confined to one thread.
 */
public final class MemoryReserve {
  /**
   * How often to try an operation that must not be lost in a full heap, with a {@link #pause} in
   * between.
   */
  public static final int ATTEMPTS = 1000;

  private static final int BYTES = 48 << 10;
  private static final long PAUSE_NANOS = 1_000_000;

  private byte @Nullable [] reserve = new byte[BYTES];

  /** Follows an OutOfMemoryError: releases the reserve and waits a millisecond. Never throws. */
  public void release() {
    reserve = null;
    pause();
  }

  /** Whether the reserve is released. */
  public boolean isReleased() {
    return reserve == null;
  }

  /** Follows a success: refills the reserve, if there is memory for it. Never throws. */
  public void refill() {
    if (reserve == null) {
      try {
        reserve = new byte[BYTES];
      } catch (OutOfMemoryError stillFull) {
        // The next call tries again.
      }
    }
  }

  /**
   * Waits a millisecond for memory before the next attempt at an operation that must not be lost.
   *
   * @param attempt the number of the attempt that has failed, 1 for the first
   * @throws OutOfMemoryError the one that was given, after the last of {@link #ATTEMPTS}
   */
  public static void pauseUnlessLast(OutOfMemoryError full, int attempt) {
    if (attempt >= ATTEMPTS) {
      throw full;
    }
    pause();
  }

  /**
   * Waits a millisecond for memory to come. Keeps the interrupt status. Never throws. A virtual
   * thread spins: to park would take memory, and would suspend a coroutine that is in the midst of
   * a change.
   */
  public static void pause() {
    if (Thread.currentThread().isVirtual()) {
      long startNanos = System.nanoTime();
      while (System.nanoTime() - startNanos < PAUSE_NANOS) {
        Thread.onSpinWait();
      }
      return;
    }
    boolean interrupted = Thread.interrupted();
    LockSupport.parkNanos(PAUSE_NANOS);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
