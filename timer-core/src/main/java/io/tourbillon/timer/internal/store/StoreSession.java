package io.tourbillon.timer.internal.store;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A connection to the tables. For one thread at a time. After an {@link SQLException} the state of
 * the connection is unknown: its owner closes it, and opens another.
 */
public interface StoreSession extends AutoCloseable {
  /**
   * Makes changes in one transaction, which is committed when the method returns.
   *
   * @param changes of different keys
   * @return for each change whether it found what it was to change; always true for a {@link
   *     Change.Put}
   */
  boolean[] write(List<? extends Change> changes) throws SQLException;

  /** Looks at timers that are about to fire. */
  Check check(String node, List<Row> rows) throws SQLException;

  /**
   * Returns timers of a shard that are not dead, ordered by due time.
   *
   * @param fromMicros the first due time, inclusive
   * @param toMicros the last due time, exclusive
   */
  List<Row> load(int shard, long fromMicros, long toMicros, int limit) throws SQLException;

  /** Renews the lease of a node, or registers it. */
  Heartbeat heartbeat(String node, long leaseMicros) throws SQLException;

  /** Takes free shards for a node, and returns them with their new epochs. */
  Map<Integer, Long> take(String node, int most) throws SQLException;

  /** Gives shards of a node back, and ends its lease if these are all. */
  void release(String node, Collection<Integer> shards, boolean leaves) throws SQLException;

  /** Returns notices for shards, oldest first. */
  List<Notice> notices(Collection<Integer> shards, int limit) throws SQLException;

  /** Leaves notices. Within the transaction of the connection, if that has begun one. */
  void leaveNotices(Collection<Row> rows) throws SQLException;

  /** Removes notices. */
  void removeNotices(Collection<Notice> notices) throws SQLException;

  /** Counts the timers that are dead, or those that are not. */
  long count(boolean dead) throws SQLException;

  /**
   * Lists timers of a handler whose keys begin with a prefix, by key.
   *
   * @param afterKey only later keys
   */
  List<Listed> list(String handler, String prefix, String afterKey, boolean dead, int limit)
      throws SQLException;

  @Override
  void close();
}
