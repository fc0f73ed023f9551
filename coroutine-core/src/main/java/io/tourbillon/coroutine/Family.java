package io.tourbillon.coroutine;

import io.tourbillon.timer.TimerHandle;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the children of a scope have in common, for dumps: one object for all of them, which is let
 * go of by clearing it once. So a handle that somebody keeps of a child keeps no parent.
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

  /** Of two deadlines the nearer one counts. */
  void limit(TimerHandle another) {
    TimerHandle known = deadline;
    if (known == null || another.remaining().compareTo(known.remaining()) < 0) {
      deadline = another;
    }
  }

  /** How long they have, or null if there is no limit. */
  @Nullable Duration remaining() {
    TimerHandle known = deadline;
    return known == null || known.state() != TimerHandle.State.PENDING ? null : known.remaining();
  }

  void dissolve() {
    head = null;
    deadline = null;
  }
}
