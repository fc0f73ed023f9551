package io.tourbillon.adoption.cost;

import java.util.concurrent.Semaphore;

/** Bounds how many calls of a client are under way. */
final class InFlight {
  private static final int MOST = 256;

  private final Semaphore places = new Semaphore(MOST);

  void begin() throws InterruptedException {
    places.acquire();
  }

  void end() {
    places.release();
  }

  /** Waits until all have ended. */
  void awaitAll() throws InterruptedException {
    places.acquire(MOST);
    places.release(MOST);
  }
}
