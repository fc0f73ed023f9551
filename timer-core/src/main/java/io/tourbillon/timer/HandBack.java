package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import io.tourbillon.timer.internal.MemoryReserve;
import io.tourbillon.timer.internal.Refusals;
import io.tourbillon.timer.internal.observe.LogMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects the tasks that a shutdown takes out of the shards. Confined to the thread that shuts the
 * service down.
 */
final class HandBack {
  private final Events events;
  private final boolean isWanted;
  private final ArrayList<Runnable> tasks = new ArrayList<>();
  private final ArrayList<Runnable> passedIn = new ArrayList<>();

  /** For the listener; without room if there is none. */
  private long[] ids = {};

  private int idCount;

  /** Pauses for memory that are left, for all tasks together: a shutdown must end. */
  private int pausesLeft = MemoryReserve.ATTEMPTS;

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
    passedIn.ensureCapacity(tasks.size() + count);
    if (events.areHeard() && ids.length < idCount + count) {
      ids = Arrays.copyOf(ids, Math.max(2 * ids.length, idCount + count));
    }
  }

  /** Takes the task of a timer that was pending; called under its shard's lock. */
  void add(long id, Runnable task) {
    tasks.add(task);
    note(id);
  }

  /** Counts a timer that was pending and has no task, if none is wanted. */
  void drop(long id) {
    dropped++;
    note(id);
  }

  private void note(long id) {
    if (events.areHeard()) {
      ids[idCount++] = id;
    }
  }

  int size() {
    return tasks.size() + dropped;
  }

  /**
   * Notifies those who wait for the tasks, without a lock, and replaces tasks of adapters by the
   * objects that callers passed in. Has room for all of them, so that none gets lost.
   */
  List<Runnable> finish() {
    for (int index = 0; index < idCount; index++) {
      events.handedBack(ids[index]);
    }
    for (int index = 0; index < tasks.size(); index++) {
      Runnable task = tasks.get(index);
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

  /**
   * A task that fails must not keep the others from being notified. To complete a future may need
   * memory, for which this waits: nothing else would ever complete it.
   */
  private void tell(AccountableTask task) {
    while (true) {
      try {
        task.handedBack(Refusals.of(Refusals.SHUT_DOWN, null));
        return;
      } catch (OutOfMemoryError full) {
        if (!pauses()) {
          events.log(LogMessage.HAND_BACK_FAILED, full);
          return;
        }
      } catch (Throwable error) {
        events.log(LogMessage.HAND_BACK_FAILED, error);
        return;
      }
    }
  }

  /** Waits a millisecond for memory, unless this has waited for a second. */
  boolean pauses() {
    if (pausesLeft == 0) {
      return false;
    }
    pausesLeft--;
    MemoryReserve.pause();
    return true;
  }
}
