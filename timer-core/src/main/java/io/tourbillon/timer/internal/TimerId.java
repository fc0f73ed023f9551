package io.tourbillon.timer.internal;

/**
 * The layout of the ids that a service gives out: the id of the wheel, with the number of the shard
 * in bits that the wheel leaves at zero.
 *
 * <pre>
 *   63          32   31       30..26          25..0
 *   generation       handle   shard number    index of the entry in its wheel
 * </pre>
 *
 * <p>The handle bit is set for timers that have a handle. Without it, a cancel by id does not have
 * to read the task.
 */
public final class TimerId {
  private static final int INDEX_BITS = 26;

  /** The most entries of one wheel. */
  public static final int MAX_ENTRIES = 1 << INDEX_BITS;

  /** The most shards that ids can tell apart. */
  public static final int MAX_SHARDS = 1 << (31 - INDEX_BITS);

  private static final long SHARD_BITS = (MAX_SHARDS - 1L) << INDEX_BITS;
  private static final long HANDLE_BIT = 1L << 31;

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

  /** The id by which the wheel knows the timer. */
  public static long inWheel(long id) {
    return id & ~(SHARD_BITS | HANDLE_BIT);
  }
}
