package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.internal.MemoryReserve;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs what a loop has to tell users beside the loop: in order, one at a time, on a thread that
 * ends when there is nothing more. A handler that blocks holds up later reports, but no coroutine.
 */
final class Aside implements Runnable {
  private final String name;

  /** Written by the loop, or one of its coroutines; read by the thread beside it. */
  private final Queue<Runnable> reports = new ConcurrentLinkedQueue<>();

  /** How many are queued or running; who takes it from 0 to 1 starts the thread. */
  private final AtomicInteger left = new AtomicInteger();

  Aside(String name) {
    this.name = name;
  }

  /** Runs it soon. While there is no memory for that, waits for some: it must not be lost. */
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

  /** Whatever happens to one report, the others are told. */
  private static void runSafely(Runnable report) {
    try {
      report.run();
    } catch (Throwable thrown) {
      // Reports catches what handlers throw, so this is a logger, or a want of memory or stack.
    }
  }
}
