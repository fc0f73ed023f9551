package io.tourbillon.coroutine.internal.observe;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What has happened on a loop, counted. Written by the loop, or the coroutine of it that has the
 * turn, and so by one at a time; others read at any moment. Opaque mode is enough: each count is
 * right soon, and they need not be so together.
 */
@SuppressWarnings("EnumOrdinal") // Where each count lies in the array, and nothing else.
public final class LoopCounts {
  private final AtomicLongArray counts = new AtomicLongArray(Count.values().length);

  /** What is counted. Those that say "now" go down, too. */
  public enum Count {
    /** Coroutines that have ended with a result. */
    FINISHED,
    /** Coroutines that have ended with a failure. */
    FAILED,
    /** Coroutines that a call has cancelled. */
    CANCELLED_BY_CALL,
    /** Coroutines that were cancelled through their future. */
    CANCELLED_BY_FUTURE,
    /** Coroutines that the close of the scheduler has cancelled. */
    CANCELLED_BY_CLOSE,
    /** Limits that were over before their part had ended. */
    TIMEOUTS,
    /** Turns, of coroutines and of other people's threads. */
    SWITCHES,
    /** Nanoseconds in which the loop was not at rest. */
    BUSY_NANOS,
    /** Coroutines that are here now and have not ended. */
    PRESENT,
    /** Those of them that are suspended now. */
    SUSPENDED,
    /** Turns that are waited for now. */
    READY
  }

  /** Adds to a count. By whoever has the turn. */
  public void add(Count count, long amount) {
    set(count, counts.getPlain(count.ordinal()) + amount);
  }

  /** Sets a count. By whoever has the turn. */
  public void set(Count count, long amount) {
    counts.setOpaque(count.ordinal(), amount);
  }

  /** Reads a count. By any thread. */
  public long get(Count count) {
    return counts.getOpaque(count.ordinal());
  }
}
