package io.tourbillon.timer.internal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets a thread that must not die get over a full heap: memory to give up, and pauses between
 * tries.
 *
 * <p>The thread that is hit by an {@link OutOfMemoryError} gives the reserve back to the heap,
 * which lets what it has to say get through, waits a little, and tries again. When memory is there
 * again it refills the reserve. For one thread alone.
 */
public final class MemoryReserve {
  /** How often to try what must not be lost in a full heap, with a {@link #pause} between. */
  public static final int ATTEMPTS = 1000;

  private static final int BYTES = 1 << 16;
  private static final long PAUSE_NANOS = 1_000_000;

  private byte @Nullable [] reserve = new byte[BYTES];

  /** Follows an OutOfMemoryError: gives the reserve up and waits a millisecond. Never throws. */
  public void release() {
    reserve = null;
    pause();
  }

  /** Whether the reserve was given up since it was last there. */
  public boolean isReleased() {
    return reserve == null;
  }

  /** Follows some success: takes the reserve again, if there is memory for it. Never throws. */
  public void refill() {
    if (reserve == null) {
      try {
        reserve = new byte[BYTES];
      } catch (OutOfMemoryError stillFull) {
        // The next time, perhaps.
      }
    }
  }

  /** Waits a millisecond for memory to come. Keeps the interrupt status. Never throws. */
  public static void pause() {
    boolean interrupted = Thread.interrupted();
    try {
      LockSupport.parkNanos(PAUSE_NANOS);
    } catch (OutOfMemoryError full) {
      Thread.onSpinWait(); // A virtual thread needs some memory to leave its carrier.
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
