package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs reports to users outside the loop: in order, one at a time, on a thread that ends when no
 * report is left. A handler that blocks delays later reports, but no coroutine.
 */
final class Aside implements Runnable {
  private final String name;

  /** Written by the loop, or by one of its coroutines; read by the reporting thread. */
  private final Queue<Runnable> reports = new ConcurrentLinkedQueue<>();

  /**
   * The number of reports that are queued or running. The caller that raises it from 0 to 1 starts
   * the thread.
   */
  private final AtomicInteger left = new AtomicInteger();

  Aside(String name) {
    this.name = name;
  }

  /** Queues a report. Waits for memory if there is none, since a report must not be lost. */
  void add(Runnable report) {
    while (true) {
      try {
        reports.add(report);
        break;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
    if (left.getAndIncrement() == 0) {
      OffLoop.start(name, this);
    }
  }

  @Override
  public void run() {
    do {
      Runnable report = reports.poll();
      if (report != null) {
        runSafely(report);
      }
    } while (left.decrementAndGet() > 0);
  }

  /** Runs a report; a failure does not keep the others from running. */
  private static void runSafely(Runnable report) {
    try {
      report.run();
    } catch (Throwable thrown) {
      // Reports catches what handlers throw, so a logger failed, or memory or stack ran out.
    }
  }
}
