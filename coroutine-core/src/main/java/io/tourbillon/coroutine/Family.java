package io.tourbillon.coroutine;

import io.tourbillon.timer.TimerHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the children of a scope have in common: one object for all of them, which is let go of by
 * clearing it once. So a handle that somebody keeps of a child keeps no parent, nor does the
 * deadline of a scope that is closed.
 */
final class Family {
  /**
   * Who has opened the scope, a coroutine or a thread; null when that is closed. Written by it,
   * read by whoever dumps.
   */
  private volatile @Nullable Object head;

  /** When the time of all is over, if that was limited. Written and read likewise. */
  private volatile @Nullable TimerHandle deadline;

  Family(Object head) {
    this.head = head;
  }

  @Nullable Object head() {
    return head;
  }

  /** Of two deadlines the nearer one counts. By whoever has opened the scope. */
  void limit(TimerHandle another) {
    TimerHandle known = deadline;
    if (known == null) {
      deadline = another;
    } else if (another.remaining().compareTo(known.remaining()) < 0) {
      deadline = another;
      known.cancel();
    } else {
      another.cancel();
    }
  }

  /** How long they have, or null if there is no limit. */
  @Nullable Duration remaining() {
    TimerHandle known = deadline;
    return known == null || known.state() != TimerHandle.State.PENDING ? null : known.remaining();
  }

  /** The scope is closed. */
  void dissolve() {
    head = null;
    TimerHandle known = deadline;
    if (known != null) {
      deadline = null;
      known.cancel();
    }
  }
}
