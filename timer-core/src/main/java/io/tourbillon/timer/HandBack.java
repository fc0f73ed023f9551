package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.observe.LogMessage;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the tasks that a shutdown takes out of the shards. Confined to the thread that shuts the
 * service down.
 */
final class HandBack {
  private final Events events;
  private final boolean isWanted;
  private final ArrayList<Runnable> tasks = new ArrayList<>();
  private final ArrayList<Long> ids = new ArrayList<>();

  /** Timers that were a number each, without a task. */
  private int dropped;

  /**
   * @param isWanted whether the caller looks at what is handed back
   */
  HandBack(Events events, boolean isWanted) {
    this.events = events;
    this.isWanted = isWanted;
  }

  /** Whether to make a task of a number that is handed back. */
  boolean isWanted() {
    return isWanted;
  }

  /**
   * Allocates room for more tasks before they are taken out of the wheel, as a failure afterwards
   * would lose one.
   */
  void reserve(int count) {
    tasks.ensureCapacity(tasks.size() + count);
    ids.ensureCapacity(ids.size() + count);
  }

  /** Takes the task of a timer that was pending; called under its shard's lock. */
  void add(long id, Runnable task) {
    tasks.add(task);
    if (events.areHeard()) {
      ids.add(id);
    }
  }

  /** Counts a timer that was pending and has no task, if none is wanted. */
  void drop(long id) {
    dropped++;
    if (events.areHeard()) {
      ids.add(id);
    }
  }

  int size() {
    return tasks.size() + dropped;
  }

  /**
   * Notifies those who wait for the tasks, without a lock, and replaces tasks of adapters by the
   * objects that callers passed in.
   */
  List<Runnable> finish() {
    for (long id : ids) {
      events.handedBack(id);
    }
    List<Runnable> passedIn = new ArrayList<>(tasks.size());
    for (Runnable task : tasks) {
      if (task instanceof AccountableTask accountable) {
        Runnable own = accountable.passedIn();
        if (own != null) {
          passedIn.add(own);
        }
        tell(accountable);
      } else {
        passedIn.add(task);
      }
    }
    return passedIn;
  }

  /** A task that fails must not keep the others from being notified. */
  private void tell(AccountableTask task) {
    try {
      task.handedBack(Refusals.of(Refusals.SHUT_DOWN, null));
    } catch (Throwable error) {
      events.log(LogMessage.HAND_BACK_FAILED, error);
    }
  }
}
