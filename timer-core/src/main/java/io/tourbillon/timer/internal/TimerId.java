package io.tourbillon.timer.internal;

/**
 * The layout of the ids that a service gives out: the id of the wheel, with the number of the shard
 * in bits that the wheel leaves at zero.
 *
 * <pre>
 *   63    62..32            31       30..26          25..0
 *   0     generation        0        shard number    index of the entry      a task without a handle
 *   0     generation        1        shard number    index of the entry      a timer with a handle
 *   1     generation        1        shard number    index of the entry      a timer of a LongTimers
 *   1     sequence number   0        sequence number (its lower half)        a task of an executor view
 * </pre>
 *
 * <p>Bit 31 tells timers with a handle from tasks, so that a cancel by id does not have to read the
 * task. The sign tells timers of views from the others, which know no id below 0.
 */
public final class TimerId {
  private static final int INDEX_BITS = 26;

  /** The most entries of one wheel. */
  public static final int MAX_ENTRIES = 1 << INDEX_BITS;

  /** The most shards that ids can tell apart. */
  public static final int MAX_SHARDS = 1 << (31 - INDEX_BITS);

  /** What of a sequence number stands above bit 31, which it leaves at zero. */
  private static final long HIGH_SEQUENCE = -1L << 31;

  private static final long SHARD_BITS = (MAX_SHARDS - 1L) << INDEX_BITS;
  private static final long HANDLE_BIT = 1L << 31;
  private static final long VIEW_BIT = Long.MIN_VALUE;

  private TimerId() {}

  /** The bits that name a shard. */
  public static long bitsOfShard(int number) {
    return (long) number << INDEX_BITS;
  }

  /** The number of the shard that an id names; a service may have fewer shards. */
  public static int shardNumber(long id) {
    return (int) (id >>> INDEX_BITS) & (MAX_SHARDS - 1);
  }

  /** The id with the handle bit. */
  public static long withHandle(long id) {
    return id | HANDLE_BIT;
  }

  /** Whether the handle bit is set. */
  public static boolean isOfHandle(long id) {
    return (id & HANDLE_BIT) != 0;
  }

  /** The id by which the wheel knows a timer that is not of a view. */
  public static long inWheel(long id) {
    return id & ~(SHARD_BITS | HANDLE_BIT);
  }

  /** The id of a timer of a LongTimers, from that with the bits of the shard. */
  public static long ofLong(long id) {
    return id | VIEW_BIT | HANDLE_BIT;
  }

  /** Whether the id is of the kind that a LongTimers gives. */
  public static boolean isOfLong(long id) {
    return id < 0 && isOfHandle(id);
  }

  /** The id by which the wheel knows a timer of a LongTimers. */
  public static long inLongWheel(long id) {
    return id & ~(VIEW_BIT | SHARD_BITS | HANDLE_BIT);
  }

  /**
   * The id of a task of an executor view.
   *
   * @param sequence from 0 up
   */
  public static long ofOrdered(long sequence) {
    return VIEW_BIT | (sequence & ~HIGH_SEQUENCE) | (sequence & HIGH_SEQUENCE) << 1;
  }
}
