package io.tourbillon.coroutine.internal.engine;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.internal.MemoryReserve;
import org.jspecify.annotations.Nullable;

/** A virtual thread that runs one task, and for whose end a virtual clock waits. */
public final class ClockedThread implements Runnable {
  private final Runnable task;

  /** Written before the thread starts; null for the system's clock. */
  private Clock.@Nullable Alarm alarm;

  private ClockedThread(Runnable task) {
    this.task = task;
  }

  /**
   * Runs a task in a new thread. Waits for memory if there is none, since the task must not be
   * lost.
   */
  public static void start(Clock clock, Runnable task) {
    while (true) {
      try {
        tryStart(clock, task);
        return;
      } catch (OutOfMemoryError full) {
        MemoryReserve.pause();
      }
    }
  }

  private static void tryStart(Clock clock, Runnable task) {
    ClockedThread clocked = new ClockedThread(task);
    Thread thread = PlainThreadEngine.newThread(Thread.ofVirtual(), clocked);
    clocked.alarm = clock.equals(Clock.system()) ? null : clock.newAlarm(thread);
    boolean started = false;
    try {
      thread.start();
      started = true;
    } finally {
      if (!started) {
        clocked.close();
      }
    }
  }

  @Override
  public void run() {
    try {
      task.run();
    } finally {
      close();
    }
  }

  private void close() {
    if (alarm != null) {
      alarm.close();
    }
  }
}
