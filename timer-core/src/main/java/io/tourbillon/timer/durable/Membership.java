package io.tourbillon.timer.durable;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toList;

import io.tourbillon.timer.internal.store.Heartbeat;
import io.tourbillon.timer.internal.store.StoreSession;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * This process among the others: renews its lease, takes its share of the shards, and gives back
 * what is beyond it. A process that has no handlers owns no shards, since it could fire nothing.
 *
 * <p>A shard is given back in two steps. First, nothing new is put into it and nothing of it fires.
 * Then, when the handlers that ran have ended, or after the time of a lease, its row in the table
 * is freed: so that a timer whose handler runs does not fire elsewhere as well.
 *
 * <p>For the thread of the {@link Keeper}, and before it for the one that builds the service.
 */
final class Membership {
  private final String node;
  private final long leaseNanos;
  private final Set<String> handlers;
  private final NearTimers near;
  private final Ownership ownership;

  /** The handlers of all processes that have a lease. Those of a process never change. */
  private final Map<String, Set<String>> handlersOf = new HashMap<>();

  /** Shards that are to be given back, and until when they may wait for their handlers. */
  private final Map<Integer, Long> leaving = new HashMap<>();

  private boolean registered;

  Membership(
      String node, long leaseNanos, Set<String> handlers, NearTimers near, Ownership ownership) {
    this.node = node;
    this.leaseNanos = leaseNanos;
    this.handlers = handlers;
    this.near = near;
    this.ownership = ownership;
  }

  /**
   * Renews the lease.
   *
   * @return {@link System#nanoTime} before that
   */
  long renew(StoreSession session) throws SQLException {
    long overNanos = ownership.ageNanos() - leaseNanos;
    boolean over = overNanos >= 0;
    long requestNanos = System.nanoTime();
    Heartbeat heartbeat =
        session.heartbeat(node, TimeUnit.NANOSECONDS.toMicros(leaseNanos), handlers);
    near.learn(requestNanos, heartbeat.nowMicros());
    if (over && registered) {
      near.addAbsence(overNanos + System.nanoTime() - requestNanos);
    }
    registered = true;
    learnHandlers(session, heartbeat.nodes());
    Map<Integer, Long> owned = ownedBy(heartbeat);
    leaving.keySet().retainAll(owned.keySet());
    owned.keySet().removeAll(leaving.keySet());
    share(session, heartbeat, owned);
    Map<Integer, Long> before = ownership.epochs();
    // From now on nothing is put into the shards that are to be given back.
    ownership.renewed(lease(heartbeat, owned, requestNanos));
    for (Map.Entry<Integer, Long> each : before.entrySet()) {
      if (!each.getValue().equals(owned.get(each.getKey()))) {
        near.drop(each.getKey()); // What it has loaded may be out of date.
      }
    }
    open(session, owned.keySet());
    return requestNanos;
  }

  private void open(StoreSession session, Set<Integer> owned) throws SQLException {
    List<Integer> begun = owned.stream().filter(shard -> near.horizon(shard) == null).toList();
    if (!begun.isEmpty()) {
      session.ownedUntil(begun).forEach(near::open);
    }
  }

  private void learnHandlers(StoreSession session, Set<String> nodes) throws SQLException {
    handlersOf.keySet().retainAll(nodes);
    for (String each : nodes) {
      if (!handlersOf.containsKey(each)) {
        handlersOf.put(each, each.equals(node) ? handlers : session.handlers(each));
      }
    }
  }

  private Map<Integer, Long> ownedBy(Heartbeat heartbeat) {
    Map<Integer, Long> owned = new HashMap<>();
    heartbeat
        .owners()
        .forEach(
            (shard, owner) -> {
              if (owner.node().equals(node)) {
                owned.put(shard, owner.epoch());
              }
            });
    return owned;
  }

  /** Takes shards, or removes those that are to be given back. */
  private void share(StoreSession session, Heartbeat heartbeat, Map<Integer, Long> owned)
      throws SQLException {
    if (handlers.isEmpty()) {
      return;
    }
    Map<String, Integer> counts = new HashMap<>();
    handlersOf.forEach(
        (each, names) -> {
          if (!names.isEmpty()) {
            counts.put(each, 0);
          }
        });
    heartbeat.owners().values().forEach(owner -> counts.merge(owner.node(), 1, Integer::sum));
    counts.put(node, owned.size());
    FairShare share = FairShare.of(node, counts, heartbeat.shards());
    if (share.take() > 0) {
      owned.putAll(session.take(node, share.take()));
    }
    long deadlineNanos = System.nanoTime() + leaseNanos;
    if (share.give() > 0) {
      for (int shard : toGive(owned.keySet(), share.give())) {
        owned.remove(shard);
        leaving.put(shard, deadlineNanos);
      }
    }
  }

  /** Shards in which no handler runs come first: the timers of the others would have to wait. */
  private List<Integer> toGive(Set<Integer> owned, int count) {
    Map<Boolean, List<Integer>> byBusy =
        owned.stream().collect(partitioningBy(near.busyShards()::contains));
    List<Integer> ordered = new ArrayList<>(byBusy.get(false));
    ordered.addAll(byBusy.get(true));
    return ordered.subList(0, count);
  }

  private Ownership.Lease lease(Heartbeat heartbeat, Map<Integer, Long> owned, long sinceNanos) {
    Map<String, List<Integer>> others =
        heartbeat.owners().entrySet().stream()
            .filter(each -> !each.getValue().node().equals(node))
            .collect(
                groupingBy(each -> each.getValue().node(), mapping(Map.Entry::getKey, toList())));
    Map<String, List<String>> holders = new HashMap<>();
    for (String other : others.keySet()) {
      for (String handler : handlersOf.getOrDefault(other, Set.of())) {
        holders.computeIfAbsent(handler, _ -> new ArrayList<>()).add(other);
      }
    }
    return new Ownership.Lease(
        Map.copyOf(owned),
        List.copyOf(owned.keySet()),
        others,
        holders,
        heartbeat.shards(),
        sinceNanos);
  }

  /** Gives back those shards whose handlers have ended. */
  void giveBack(StoreSession session) throws SQLException {
    if (leaving.isEmpty()) {
      return;
    }
    Set<Integer> busy = near.busyShards();
    long nowNanos = System.nanoTime();
    List<Integer> ended = new ArrayList<>();
    leaving.forEach(
        (shard, deadlineNanos) -> {
          if (nowNanos - deadlineNanos >= 0 || !busy.contains(shard)) {
            ended.add(shard);
          }
        });
    if (!ended.isEmpty()) {
      session.release(node, ended, false);
      ended.forEach(leaving::remove);
    }
  }

  /** Gives all shards back, and ends the lease. */
  void leave(StoreSession session) throws SQLException {
    Set<Integer> all = new HashSet<>(ownership.epochs().keySet());
    all.addAll(leaving.keySet());
    session.release(node, all, true);
  }
}
