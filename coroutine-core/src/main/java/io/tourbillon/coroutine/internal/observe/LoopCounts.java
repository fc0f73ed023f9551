package io.tourbillon.coroutine.internal.observe;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts what happens on a loop. The loop, or the coroutine that has the turn, writes; during a
 * long turn also the thread that lets coroutines go, PRESENT and LET_GO alone, while it keeps those
 * two out. So each count has one writer at a time. Any thread reads. Opaque mode is enough: each
 * count becomes visible soon, and the counts need not be consistent with each other.
 */
@SuppressWarnings("EnumOrdinal") // The ordinal is the index in the array, and nothing else.
public final class LoopCounts {
  private final AtomicLongArray counts = new AtomicLongArray(Count.values().length);

  private final boolean hasOneWriter;

  /**
   * Creates counts that are zero.
   *
   * @param hasOneWriter false if several threads may write at the same time, which costs more
   */
  public LoopCounts(boolean hasOneWriter) {
    this.hasOneWriter = hasOneWriter;
  }

  /** What is counted. Counts that say "now" also go down. */
  public enum Count {
    /** Coroutines that ended with a result. */
    FINISHED,
    /** Coroutines that ended with a failure. */
    FAILED,
    /** Coroutines that a call, the end of their scope, or the end of their owner cancelled. */
    CANCELLED_BY_CALL,
    /** Coroutines that were cancelled through their future. */
    CANCELLED_BY_FUTURE,
    /** Coroutines that the close of the scheduler cancelled. */
    CANCELLED_BY_CLOSE,
    /** Timeouts that passed before their body had ended. */
    TIMEOUTS,
    /** Turns of coroutines and of other virtual threads. */
    SWITCHES,
    /** Coroutines whose thread has started; only on loops that give no turns. */
    STARTED,
    /** Coroutines that the loop took over from others. */
    TAKEN_OVER,
    /**
     * Coroutines that the loop has let go after they had begun, less those that it has claimed; so
     * it may be negative.
     */
    LET_GO,
    /** Nanoseconds in which the loop was not at rest. */
    BUSY_NANOS,
    /** Coroutines on the loop now that have not ended. */
    PRESENT,
    /** Coroutines that are suspended now. */
    SUSPENDED,
    /** Tasks that wait for a turn now. */
    READY
  }

  /** Adds to a count. Called by the writer. */
  public void add(Count count, long amount) {
    if (hasOneWriter) {
      set(count, counts.getPlain(count.ordinal()) + amount);
    } else {
      counts.getAndAdd(count.ordinal(), amount);
    }
  }

  /** Sets a count. Called by the writer. */
  public void set(Count count, long amount) {
    counts.setOpaque(count.ordinal(), amount);
  }

  /** Returns a count. May be called by any thread. */
  public long get(Count count) {
    return counts.getOpaque(count.ordinal());
  }
}
