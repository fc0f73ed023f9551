package io.tourbillon.timer.internal.ordered;

import org.jspecify.annotations.Nullable;

/**
 * An entry of an {@link OrderedQueue}: its deadline, its place in the order of submission, and
 * where it is in the queue. Queued classes extend it, so that they need no second object.
 *
 * <p>Guarded by the lock that guards the queue.
 */
public abstract class OrderedEntry {
  /** Where an entry is. */
  enum Where {
    /** In no queue. */
    NOWHERE,
    /** In the list of entries without a delay. */
    READY,
    /** In the heap: its tick has begun. */
    HEAP,
    /** In the wheel: its tick has not begun. */
    WHEEL
  }

  long deadlineNanos;

  /** Given when the entry is queued for the first time; 0 before that. */
  long sequence;

  Where where = Where.NOWHERE;

  /** The id of the timer in the wheel. */
  long wheelId;

  /** The place in the heap. */
  int heapIndex;

  // The links of the list of entries without a delay.
  @Nullable OrderedEntry previous;
  @Nullable OrderedEntry next;

  /** For subclasses. */
  protected OrderedEntry() {}

  /** The deadline last given to the queue, on the time scale of the queue. */
  public final long deadlineNanos() {
    return deadlineNanos;
  }

  /** A number above 0 that grows with each entry that is queued for the first time. */
  public final long sequence() {
    return sequence;
  }

  /** Whether this one comes out of the queue before another. */
  final boolean isBefore(OrderedEntry other) {
    return deadlineNanos != other.deadlineNanos
        ? deadlineNanos < other.deadlineNanos
        : sequence < other.sequence;
  }
}
