package io.tourbillon.timer.durable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The shards that this process owns, as of the last heartbeat. Written by the {@link Keeper}, read
 * by all threads. It may be out of date; the database decides.
 */
final class Ownership {
  /** What belongs together is in one object, so that a reader never mixes two heartbeats. */
  private record Lease(Map<Integer, Long> epochs, List<Integer> shards, int all, long sinceNanos) {}

  private final long leaseNanos;
  private volatile Lease lease = new Lease(Map.of(), List.of(), 1, System.nanoTime());

  Ownership(long leaseNanos) {
    this.leaseNanos = leaseNanos;
  }

  /**
   * @param sinceNanos {@link System#nanoTime} before the request that renewed the lease
   */
  void renewed(Map<Integer, Long> epochs, int all, long sinceNanos) {
    lease = new Lease(Map.copyOf(epochs), List.copyOf(epochs.keySet()), all, sinceNanos);
  }

  Map<Integer, Long> epochs() {
    return lease.epochs;
  }

  int shards() {
    return lease.all;
  }

  Duration lease() {
    return Duration.ofNanos(leaseNanos);
  }

  long ageNanos() {
    return System.nanoTime() - lease.sinceNanos;
  }

  /** Whether no other process can own this shard. */
  boolean surelyOwns(int shard) {
    Lease current = lease;
    return current.epochs.containsKey(shard) && System.nanoTime() - current.sinceNanos < leaseNanos;
  }

  /** A shard for a new timer: one of its own, so that no other process need know of it. */
  int anyShard() {
    Lease current = lease;
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return current.shards.isEmpty()
        ? random.nextInt(current.all)
        : current.shards.get(random.nextInt(current.shards.size()));
  }
}
