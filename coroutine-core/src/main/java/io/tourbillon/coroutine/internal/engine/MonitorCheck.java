package io.tourbillon.coroutine.internal.engine;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/**
 * Finds suspensions inside {@code synchronized}, or with a {@link java.util.concurrent.locks.Lock}
 * held, on {@code Engine.CONTINUATION}, where both belong to the loop's thread and not to the
 * coroutine. Off unless the system property {@value #PROPERTY} is true, as it stops the thread for
 * tens of microseconds at every suspension.
 */
public final class MonitorCheck {
  public static final String PROPERTY = "tourbillon.coroutine.check";

  private static final boolean IS_ON = Boolean.getBoolean(PROPERTY);

  private MonitorCheck() {}

  /**
   * Checks, if that is asked for.
   *
   * @throws IllegalStateException naming what is held, and where it was taken if that is known
   */
  static void beforeSuspension() {
    if (IS_ON) {
      check();
    }
  }

  /** Checks in any case. */
  public static void check() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] ids = {Thread.currentThread().threadId()};
    ThreadInfo info = threads.getThreadInfo(ids, true, true)[0];
    if (info == null) {
      return;
    }
    for (MonitorInfo monitor : info.getLockedMonitors()) {
      throw new IllegalStateException(
          "a coroutine must not suspend inside synchronized: "
              + monitor
              + " at "
              + monitor.getLockedStackFrame());
    }
    for (LockInfo lock : info.getLockedSynchronizers()) {
      throw new IllegalStateException(
          "a coroutine must not suspend while it holds a lock: " + lock);
    }
  }
}
