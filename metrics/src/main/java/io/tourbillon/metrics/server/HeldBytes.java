package io.tourbillon.metrics.server;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Counts the bytes of all responses of a server, from when they are made until they have been sent,
 * and bounds their sum. Does not count bodies that are {@linkplain Body#uncounted uncounted}. If no
 * bytes are left, the oldest response that is still being sent makes way. Thread-safe.
 */
final class HeldBytes {
  /** The maximum number of bytes that all responses together may hold. */
  static final int LIMIT = 16 * 1024 * 1024;

  private final Semaphore free = new Semaphore(LIMIT);
  private final BooleanSupplier dropOldest;

  /**
   * @param dropOldest drops the oldest response that is being sent; returns false if none is old
   *     enough
   */
  HeldBytes(BooleanSupplier dropOldest) {
    this.dropOldest = dropOldest;
  }

  /** Takes bytes; returns false if other responses hold too many. */
  boolean tryTake(int bytes) {
    while (!free.tryAcquire(bytes)) {
      if (!dropOldest.getAsBoolean()) {
        return false;
      }
    }
    return true;
  }

  /** Gives back bytes that were taken. */
  void giveBack(int bytes) {
    free.release(bytes);
  }

  /** Returns how many bytes are held now. */
  int held() {
    return LIMIT - free.availablePermits();
  }
}
