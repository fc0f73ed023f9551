package io.tourbillon.timer.internal.store;

import java.util.Map;
import java.util.Set;

/**
 * What a node learns when it renews its lease.
 *
 * @param nowMicros the database's clock, in microseconds since 1970
 * @param owners of each shard whose owner has a lease, this node among them
 * @param nodes which have a lease, this one among them
 * @param shards how many shards there are
 */
public record Heartbeat(long nowMicros, Map<Integer, Owner> owners, Set<String> nodes, int shards) {
  /** The owner of a shard. */
  public record Owner(String node, long epoch) {}
}
