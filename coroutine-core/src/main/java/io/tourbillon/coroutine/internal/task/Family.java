package io.tourbillon.coroutine.internal.task;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The parent and the deadline that the children of a scope share. Closing the scope clears this one
 * object, so the handle of a child keeps neither the parent nor the deadline reachable.
 */
public final class Family {
  /**
   * The coroutine or thread that opened the scope; null when the scope is closed. Written by it,
   * read by dumps.
   */
  private volatile @Nullable Object head;

  /** The deadline of the scope; null if there is none. Written and read as the head. */
  private volatile @Nullable Deadline deadline;

  /**
   * A deadline.
   *
   * @param remaining returns the time until the deadline; called by any thread
   * @param forget cancels its timer; called by the opener of the scope
   */
  record Deadline(Supplier<Duration> remaining, Runnable forget) {}

  Family(Object head) {
    this.head = head;
  }

  @Nullable Object head() {
    return head;
  }

  /** Sets the deadline and cancels the one before. Called by the opener of the scope. */
  void limit(@Nullable Deadline another) {
    Deadline known = deadline;
    deadline = another;
    if (known != null) {
      known.forget.run();
    }
  }

  /** Returns the time until the deadline; null if there is none or it has passed. */
  public @Nullable Duration remaining() {
    Deadline known = deadline;
    Duration left = known == null ? null : known.remaining.get();
    return left == null || !left.isPositive() ? null : left;
  }

  /** Clears this object. Called by the opener when the scope is closed. */
  void dissolve() {
    head = null;
    limit(null);
  }
}
