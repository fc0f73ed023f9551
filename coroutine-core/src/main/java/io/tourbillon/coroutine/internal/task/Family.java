package io.tourbillon.coroutine.internal.task;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the children of a scope have in common: one object for all of them, which is let go of by
 * clearing it once. So a handle that somebody keeps of a child keeps no parent, nor does the
 * deadline of a scope that is closed.
 */
public final class Family {
  /**
   * Who has opened the scope, a coroutine or a thread; null when that is closed. Written by it,
   * read by whoever dumps.
   */
  private volatile @Nullable Object head;

  /** When the time of all is over, if that is limited. Written and read likewise. */
  private volatile @Nullable Deadline deadline;

  /**
   * When time is over.
   *
   * @param remaining how long that is from now; called by any thread
   * @param forget takes it back; called by whoever has opened the scope
   */
  record Deadline(Supplier<Duration> remaining, Runnable forget) {}

  Family(Object head) {
    this.head = head;
  }

  @Nullable Object head() {
    return head;
  }

  /** Takes the place of a deadline that there may have been. By whoever has opened the scope. */
  void limit(@Nullable Deadline another) {
    Deadline known = deadline;
    deadline = another;
    if (known != null) {
      known.forget.run();
    }
  }

  /** How long they have, or null if there is no limit, or it is over. */
  public @Nullable Duration remaining() {
    Deadline known = deadline;
    Duration left = known == null ? null : known.remaining.get();
    return left == null || !left.isPositive() ? null : left;
  }

  /** The scope is closed. By whoever has opened it. */
  void dissolve() {
    head = null;
    limit(null);
  }
}
