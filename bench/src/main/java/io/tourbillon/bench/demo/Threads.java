package io.tourbillon.bench.demo;

import java.time.Duration;

/** Waiting for threads of the demo. */
final class Threads {
  private Threads() {}

  /**
   * Waits for a thread that was told to end; an interrupt does not hurry it.
   *
   * @throws IllegalStateException if it does not end in time
   */
  static void join(Thread thread, Duration grace) {
    long deadlineNanos = System.nanoTime() + grace.toNanos();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      Duration left = Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
      try {
        ended = thread.join(left);
        if (!ended) {
          throw new IllegalStateException(thread + " must end within " + grace);
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
