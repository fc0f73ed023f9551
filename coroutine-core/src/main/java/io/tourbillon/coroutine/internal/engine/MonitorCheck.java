package io.tourbillon.coroutine.internal.engine;

import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/**
 * Finds suspensions inside {@code synchronized}, or with a {@link java.util.concurrent.locks.Lock}
 * held, on {@code Engine.CONTINUATION}, where both belong to the loop's thread and not to the
 * coroutine. The check is off unless the system property {@value #PROPERTY} is true, since each
 * check takes tens of microseconds.
 */
public final class MonitorCheck {
  /** The system property that turns the check on. */
  public static final String PROPERTY = "tourbillon.coroutine.check";

  private static final boolean IS_ON = Boolean.getBoolean(PROPERTY);

  private MonitorCheck() {}

  /**
   * Checks if the property asks for it.
   *
   * @throws IllegalStateException if a monitor or lock is held; the message names it, and where it
   *     was taken if that is known
   */
  static void beforeSuspension() {
    if (IS_ON) {
      check();
    }
  }

  /** Checks whatever the property says. */
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
