package io.tourbillon.timer.durable;

import java.time.Duration;

/**
 * What happens to the timers of a handler that became due while no process was there to fire them.
 */
public sealed interface CatchUp {
  /** They fire at most this often, beside those that become due meanwhile. */
  record Paced(int perSecond) implements CatchUp {
    /** Checks the rate. */
    public Paced {
      if (perSecond < 1) {
        throw new IllegalArgumentException("perSecond must be at least 1: " + perSecond);
      }
    }
  }

  /** Those that are later than a limit when they could fire are removed without firing. */
  record DropOlderThan(Duration limit) implements CatchUp {
    /** Checks the limit. */
    public DropOlderThan {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("limit must be positive: " + limit);
      }
    }
  }

  /** Of each shard's overdue timers the latest fires, and the others are removed without firing. */
  record LatestOnly() implements CatchUp {}

  /** At most this many a second. */
  static CatchUp paced(int perSecond) {
    return new Paced(perSecond);
  }

  /** Removed if they are later than this. */
  static CatchUp dropOlderThan(Duration limit) {
    return new DropOlderThan(limit);
  }
}
