package io.tourbillon.timer.durable;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The shards that this process and others own, as of the last heartbeat. Written by the {@link
 * Keeper}, read by all threads. It may be out of date; the database decides.
 */
final class Ownership {
  /**
   * What one heartbeat has told.
   *
   * @param epochs of the shards of this process
   * @param own these shards
   * @param others the shards of each other process that has some
   * @param holders of each handler those of the others that have it
   * @param all how many shards there are
   * @param sinceNanos {@link System#nanoTime} before the request that renewed the lease
   */
  record Lease(
      Map<Integer, Long> epochs,
      List<Integer> own,
      Map<String, List<Integer>> others,
      Map<String, List<String>> holders,
      int all,
      long sinceNanos) {}

  private final long leaseNanos;
  private final Set<String> handlers;

  /**
   * What belongs together is in one object, so that a reader never mixes two heartbeats. Written by
   * the thread that builds the service, and then by the keeper alone; a volatile write is enough.
   */
  private volatile Lease lease =
      new Lease(Map.of(), List.of(), Map.of(), Map.of(), 1, System.nanoTime());

  /**
   * For one process.
   *
   * @param handlers those of this process
   */
  Ownership(long leaseNanos, Set<String> handlers) {
    this.leaseNanos = leaseNanos;
    this.handlers = handlers;
  }

  void renewed(Lease renewed) {
    lease = renewed;
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

  /** Whether the lease is over, unless the database says otherwise. */
  boolean isOver() {
    return ageNanos() >= leaseNanos;
  }

  /** Whether no other process can own this shard. */
  boolean surelyOwns(int shard) {
    Lease current = lease;
    return current.epochs.containsKey(shard) && System.nanoTime() - current.sinceNanos < leaseNanos;
  }

  /** Whether some process fires the timers of a handler. */
  boolean isServed(String handler) {
    Lease current = lease;
    return handlers.contains(handler) || current.holders.containsKey(handler);
  }

  /**
   * A shard for a new timer: one of its own if this process has the handler, so that no other need
   * know of it; otherwise one of a process that has it.
   */
  int shardFor(String handler) {
    Lease current = lease;
    if (handlers.contains(handler) && !current.own.isEmpty()) {
      return anyOf(current.own);
    }
    Integer other = otherShard(current, handler);
    if (other != null) {
      return other;
    }
    return current.own.isEmpty()
        ? ThreadLocalRandom.current().nextInt(current.all)
        : anyOf(current.own);
  }

  /** A shard of another process that has a handler, if there is one. */
  @Nullable Integer otherShard(String handler) {
    return otherShard(lease, handler);
  }

  private static @Nullable Integer otherShard(Lease current, String handler) {
    List<String> holders = current.holders.get(handler);
    List<Integer> theirs = holders == null ? null : current.others.get(anyOf(holders));
    return theirs == null ? null : anyOf(theirs);
  }

  private static <T> T anyOf(List<T> list) {
    return list.get(ThreadLocalRandom.current().nextInt(list.size()));
  }
}
