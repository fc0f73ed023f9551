package io.tourbillon.timer;

import io.tourbillon.timer.internal.AccountableTask;
import java.util.ArrayList;
import java.util.List;

/**
 * What a shutdown takes out of the shards, on its way back to those who scheduled it. For the
 * thread that shuts the service down.
 */
final class HandBack {
  private final Events events;
  private final ArrayList<Runnable> tasks = new ArrayList<>();
  private final ArrayList<Long> ids = new ArrayList<>();

  HandBack(Events events) {
    this.events = events;
  }

  /**
   * Gets memory for so many more, before they are taken out of the wheel and a failure loses one.
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

  int size() {
    return tasks.size();
  }

  /**
   * Tells whoever waits for the tasks, under no lock, and turns our own tasks into what was passed
   * in.
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

  /** One that fails must not keep the others from being told. */
  private void tell(AccountableTask task) {
    try {
      task.handedBack(Refusals.of(AbstractShard.SHUT_DOWN, null));
    } catch (Throwable error) {
      events.log(LogMessage.HAND_BACK_FAILED, error);
    }
  }
}
