package io.tourbillon.timer.internal.store;

import java.util.List;

/**
 * What the database says of timers that are about to fire.
 *
 * @param nowMicros the database's clock, in microseconds since 1970
 * @param fence greater than that of every check by an earlier owner. In PostgreSQL it is greater
 *     than that of every earlier check; in SQLite it is the epoch of the owner
 * @param leased whether the lease of the node lasts; if not, nothing is found
 * @param found those that are there in the version that was asked for, in shards that the node
 *     owns; in no particular order
 */
public record Check(long nowMicros, long fence, boolean leased, List<Found> found) {
  /**
   * A timer that may fire.
   *
   * @param dueMicros microseconds since 1970, some ten thousand years from it at most
   * @param epoch of the owner of its shard
   * @param attempts how many there were before, from 0 to a thousand million
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
  public record Found(TimerKey key, long dueMicros, long epoch, int attempts, byte[] payload) {
    private static final int MOST_ATTEMPTS = 1_000_000_000;

    /** Some ten thousand years: differences of such times do not overflow. */
    private static final long MOST_MICROS = 1L << 59;

    /** Corrects what somebody has written into the table by hand. */
    public Found {
      dueMicros = Math.clamp(dueMicros, -MOST_MICROS, MOST_MICROS);
      attempts = Math.clamp(attempts, 0, MOST_ATTEMPTS);
    }
  }
}
