package io.tourbillon.timer.internal.store;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection to the tables. For one thread at a time. After an {@link SQLException} the state of
 * the connection is unknown, unless {@link #isUsable} says otherwise: its owner closes it, and
 * opens another.
 */
public interface StoreSession extends AutoCloseable {
  /**
   * Makes changes in one transaction, which is committed when the method returns.
   *
   * @param node the writer
   * @param number of this transaction among those of the writer, rising; {@link #outcome} asks for
   *     it if the method fails
   * @param changes of different keys
   * @return for each change whether it found what it was to change; always true for a {@link
   *     Change.Put}
   */
  boolean[] write(String node, long number, List<? extends Change> changes) throws SQLException;

  /**
   * Finds out whether a transaction of {@link #write} was committed, when the connection broke
   * before the answer came. If it was not, it never will be.
   *
   * @return what {@code write} would have returned, or null if the transaction was not committed
   */
  boolean @Nullable [] outcome(String node, long number, List<? extends Change> changes)
      throws SQLException;

  /** Whether the session can be used after a failure of {@link #write}. */
  boolean isUsable();

  /** Returns those keys whose rows are locked by another transaction. Does not wait. */
  Set<TimerKey> locked(Collection<TimerKey> keys) throws SQLException;

  /** Looks at timers that are about to fire. */
  Check check(String node, List<Row> rows) throws SQLException;

  /** Returns what the table has now under some keys, but for dead timers. */
  List<Stored> find(Collection<TimerKey> keys) throws SQLException;

  /**
   * Returns timers of a shard that are not dead, ordered by due time, handler and key.
   *
   * @param after the place behind which the first one is
   * @param toMicros the last due time, exclusive
   */
  List<Stored> load(int shard, Position after, long toMicros, int limit) throws SQLException;

  /**
   * Renews the lease of a node, or registers it with its handlers, which never change: also if it
   * was forgotten because the database's clock has made a step.
   */
  Heartbeat heartbeat(String node, long leaseMicros, Set<String> handlers) throws SQLException;

  /** Returns the names of the handlers of a node. */
  Set<String> handlers(String node) throws SQLException;

  /** Takes free shards for a node, and returns them with their new epochs. */
  Map<Integer, Long> take(String node, int most) throws SQLException;

  /**
   * Returns until when the owners before had each shard, in microseconds since 1970: until they
   * gave it back, or until their leases ended. 0 if there was none.
   */
  Map<Integer, Long> ownedUntil(Collection<Integer> shards) throws SQLException;

  /** Gives shards of a node back, and ends its lease if these are all. */
  void release(String node, Collection<Integer> shards, boolean leaves) throws SQLException;

  /** Returns notices for shards, oldest first. */
  List<Notice> notices(Collection<Integer> shards, int limit) throws SQLException;

  /** Leaves notices. */
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

  /** Returns a timer, dead or not; null if there is none. */
  @Nullable Listed look(TimerKey key) throws SQLException;

  /** Lists the keys alone, of timers that are not dead. */
  List<String> keys(String handler, String prefix, String afterKey, int limit) throws SQLException;

  /** {@link System#nanoTime} when the last statement began. Any thread may ask. */
  long statementNanos();

  /**
   * Breaks the connection, so that a statement fails that waits for the network. Any thread may
   * call it; it may wait for the driver. Does nothing where there is no network.
   */
  void abort();

  @Override
  void close();
}
