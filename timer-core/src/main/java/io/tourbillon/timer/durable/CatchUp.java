package io.tourbillon.timer.durable;

import java.time.Duration;

/**
 * What happens to the timers of a handler that had to wait because no process was there to fire
 * them: after the last owner of their shard had given it back, or its lease had ended, or while no
 * process could reach the database. Only that time counts. Timers that are late for other reasons
 * fire as soon as they can, for example those that had to wait for running handlers. So do those
 * that are scheduled for a time in the past.
 */
public sealed interface CatchUp {
  /**
   * They fire at most this often in each process, beside those that become due meanwhile. What has
   * waited for no longer than the lease and a second fires at once: its process has died, and this
   * one has taken over.
   *
   * @param perSecond at least 1
   */
  record Paced(int perSecond) implements CatchUp {
    /** Checks the rate. */
    public Paced {
      if (perSecond < 1) {
        throw new IllegalArgumentException("perSecond must be at least 1: " + perSecond);
      }
    }
  }

  /**
   * Those that have waited for longer than a limit for a process are removed without firing, and
   * the others fire at once.
   *
   * @param limit from a millisecond to 36,500 days
   */
  record DropOlderThan(Duration limit) implements CatchUp {
    /** Checks the limit. */
    public DropOlderThan {
      Names.require("limit", limit, Duration.ofMillis(1), Duration.ofDays(36_500));
    }
  }

  /**
   * Of all that a process finds for this handler, whatever their keys, the one that was due last
   * fires, and the others are removed without firing. For handlers that bring something up to date.
   * If several processes take over at the same time, one fires in each.
   */
  record LatestOnly() implements CatchUp {}

  /** At most this many a second. */
  static CatchUp paced(int perSecond) {
    return new Paced(perSecond);
  }

  /** Removed if they have waited for longer than this. */
  static CatchUp dropOlderThan(Duration limit) {
    return new DropOlderThan(limit);
  }
}
