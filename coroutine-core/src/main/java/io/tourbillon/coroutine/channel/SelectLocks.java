package io.tourbillon.coroutine.channel;

import java.util.ArrayList;
import java.util.List;

/**
 * The locks of the channels of a select. All are held while the select looks for a case that can
 * take place and adds itself to the waiters, so that two selects that meet cannot each wait for the
 * other to decide.
 */
final class SelectLocks {
  /** Each once. */
  private final List<LockedChannel<?>> channels = new ArrayList<>();

  void add(LockedChannel<?> channel) {
    if (!channels.contains(channel)) {
      channels.add(channel);
    }
  }

  /**
   * Locks the channels, each once. Waits for a lock only while it holds none, so that a user of one
   * lock does not wait for the users of the others. If a lock is not free, all are unlocked, and
   * the next attempt begins with that one. After {@code std::lock} of C++.
   */
  void lockAll() {
    int first = 0;
    while (!channels.isEmpty()) {
      channels.get(first).lock.lock();
      int busy = lockOthers(first);
      if (busy == first) {
        return;
      }
      first = busy;
    }
  }

  /** Without an iterator: a lock that is kept for lack of memory would stop the channel. */
  void unlockAll() {
    for (int index = 0; index < channels.size(); index++) {
      channels.get(index).lock.unlock();
    }
  }

  /**
   * Locks all channels but the first, which is locked already.
   *
   * @return the index of the first channel if all are locked; else that of the channel whose lock
   *     was not free, and none is locked
   */
  private int lockOthers(int first) {
    int count = channels.size();
    for (int offset = 1; offset < count; offset++) {
      int index = (first + offset) % count;
      if (!channels.get(index).lock.tryLock()) {
        for (int locked = 0; locked < offset; locked++) {
          channels.get((first + locked) % count).lock.unlock();
        }
        return index;
      }
    }
    return first;
  }
}
