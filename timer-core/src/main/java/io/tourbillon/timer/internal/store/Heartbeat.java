package io.tourbillon.timer.internal.store;

import java.util.Map;

/**
 * What a node learns when it renews its lease.
 *
 * @param nowMicros the database's clock, in microseconds since 1970
 * @param owned the shards of the node, with the epoch of each
 * @param nodes how many nodes have a lease
 * @param shards how many shards there are
 */
public record Heartbeat(long nowMicros, Map<Integer, Long> owned, int nodes, int shards) {}
