package io.tourbillon.metrics.server;

import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Counts the bytes of all answers of a server, from the moment they are made until they have been
 * sent, and bounds their sum. Where there are no more bytes, the oldest answer that its client has
 * not read yet makes way. Thread-safe.
 */
final class HeldBytes {
  /** How many bytes all answers together may hold. */
  static final int LIMIT = 16 * 1024 * 1024;

  private final Semaphore free = new Semaphore(LIMIT);
  private final BooleanSupplier dropOldest;

  /**
   * @param dropOldest gives up the oldest answer that is being read; false if there is none that is
   *     old enough
   */
  HeldBytes(BooleanSupplier dropOldest) {
    this.dropOldest = dropOldest;
  }

  /** Takes so many bytes; false if other answers hold too many. */
  boolean tryTake(int bytes) {
    while (!free.tryAcquire(bytes)) {
      if (!dropOldest.getAsBoolean()) {
        return false;
      }
    }
    return true;
  }

  /** Gives back what was taken. */
  void giveBack(int bytes) {
    free.release(bytes);
  }

  /** How many bytes are held now. */
  int held() {
    return LIMIT - free.availablePermits();
  }
}
