package io.tourbillon.timer.internal.ordered;

import org.jspecify.annotations.Nullable;

/**
 * What stands in an {@link OrderedQueue}: its deadline, its place in the order of submission, and
 * where it is in the queue. Extended by what is queued, which so needs no object beside it.
 *
 * <p>Guarded by the lock that guards the queue.
 */
public abstract class OrderedEntry {
  /** Where an entry is. */
  enum Where {
    /** In no queue. */
    NOWHERE,
    /** Among those that are to run without a delay. */
    READY,
    /** Among those whose tick has begun. */
    HEAP,
    /** Among those of later ticks. */
    WHEEL
  }

  long deadlineNanos;

  /** Of the first time that the entry was queued; 0 before that. */
  long sequence;

  Where where = Where.NOWHERE;

  /** The timer in the wheel. */
  long wheelId;

  /** The place in the heap. */
  int heapIndex;

  // The list of those that are ready.
  @Nullable OrderedEntry previous;
  @Nullable OrderedEntry next;

  /** For subclasses. */
  protected OrderedEntry() {}

  /** The deadline last given to the queue, in its time. */
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
