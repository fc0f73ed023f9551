package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.SafeText;
import org.jspecify.annotations.Nullable;

/** The name of a task in reports and logs. */
final class TaskName {
  private TaskName() {}

  /**
   * The tag of a timer, or else the class of what was passed in. Calls code of adapters, so it is
   * not for use under a lock; what that throws must not end the driver.
   *
   * @param entry what stood in the wheel
   * @param task what it ran
   */
  static String of(Runnable entry, Runnable task) {
    String tag = tagOf(entry);
    return tag != null ? tag : nameOf(typeOf(task));
  }

  private static @Nullable String tagOf(Runnable entry) {
    if (entry instanceof CancellableTimer timer) {
      return timer.tag();
    }
    return entry instanceof ShardedLongTimers.PayloadTask task
        ? task.owner().tag()
        : NotedTask.tagOf(entry);
  }

  /**
   * What the object that was passed in says of itself, and what it is an instance of if it says
   * nothing. Calls code of users; never throws, but for want of memory.
   *
   * @param entry what stood in the wheel, or a task
   */
  static String textOf(Runnable entry) {
    Runnable task = entry instanceof CancellableTimer timer ? timer.task() : entry;
    return SafeText.of(passedIn(task == null ? entry : task));
  }

  /** The object that the user knows. */
  static Runnable passedIn(Runnable task) {
    try {
      if (!(task instanceof AccountableTask accountable)) {
        return ShardedLongTimers.ownTask(task);
      }
      Runnable own = accountable.passedIn();
      return own == null ? task : own;
    } catch (RuntimeException | Error broken) {
      return task;
    }
  }

  private static Class<?> typeOf(Runnable task) {
    if (task instanceof AccountableTask accountable) {
      try {
        return accountable.taskType();
      } catch (RuntimeException | Error broken) {
        return task.getClass();
      }
    }
    return task instanceof ShardedLongTimers.PayloadTask one
        ? one.handler().getClass()
        : task.getClass();
  }

  /**
   * The name of a hidden class, such as a lambda's, ends with a slash and an address, which differs
   * from run to run.
   */
  private static String nameOf(Class<?> type) {
    String name = type.getName();
    int slash = name.indexOf('/');
    return slash < 0 ? name : name.substring(0, slash);
  }
}
