package io.tourbillon.timer.internal.writer;

import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Heartbeat;
import io.tourbillon.timer.internal.store.Listed;
import io.tourbillon.timer.internal.store.Notice;
import io.tourbillon.timer.internal.store.Position;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.Stored;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A table of timers whose transactions fail when a test says so. All sessions share it. */
final class TableInMemory implements StoreSession {
  /** What a transaction meets before and after its commit. */
  interface Fate {
    void before(List<? extends Change> changes) throws SQLException;

    default void after(List<? extends Change> changes) throws SQLException {}
  }

  /** The transactions that were asked for, in order. */
  final List<List<Change>> asked = new ArrayList<>();

  /** How often each change was committed. */
  final Map<Change, Integer> committed = new HashMap<>();

  private final Set<TimerKey> rows = new HashSet<>();
  private long claimed;
  private boolean[] found = {};
  private Fate fate = _ -> {};

  synchronized void meet(Fate next) {
    fate = next;
  }

  synchronized int transactions() {
    return asked.size();
  }

  synchronized List<List<Change>> all() {
    return List.copyOf(asked);
  }

  @Override
  public synchronized boolean[] write(String node, long number, List<? extends Change> changes)
      throws SQLException {
    asked.add(List.copyOf(changes));
    fate.before(changes);
    if (number <= claimed) {
      throw new SQLException("claimed", "40000");
    }
    claimed = number;
    found = new boolean[changes.size()];
    for (int index = 0; index < found.length; index++) {
      Change change = changes.get(index);
      committed.merge(change, 1, Integer::sum);
      if (change instanceof Change.Put) {
        rows.add(change.key());
        found[index] = true;
      } else {
        found[index] = rows.remove(change.key());
      }
    }
    fate.after(changes);
    return found.clone();
  }

  @Override
  public synchronized boolean @Nullable [] outcome(
      String node, long number, List<? extends Change> changes) {
    if (number <= claimed) {
      return found.clone();
    }
    claimed = number;
    return null;
  }

  @Override
  public boolean isUsable() {
    return true;
  }

  @Override
  public Set<TimerKey> locked(Collection<TimerKey> keys) {
    return Set.of();
  }

  @Override
  public long statementNanos() {
    return System.nanoTime();
  }

  @Override
  public void abort() {}

  @Override
  public void close() {}

  @Override
  public Check check(String node, List<Row> checked) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Stored> find(Collection<TimerKey> keys) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Stored> load(int shard, Position after, long toMicros, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Heartbeat heartbeat(String node, long leaseMicros, Set<String> handlers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<String> handlers(String node) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<Integer, Long> take(String node, int most) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Map<Integer, Long> ownedUntil(Collection<Integer> shards) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release(String node, Collection<Integer> shards, boolean leaves) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Notice> notices(Collection<Integer> shards, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void leaveNotices(Collection<Row> left) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeNotices(Collection<Notice> notices) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long count(boolean dead) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Listed> list(
      String handler, String prefix, String afterKey, boolean dead, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable Listed look(TimerKey key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<String> keys(String handler, String prefix, String afterKey, int limit) {
    throw new UnsupportedOperationException();
  }
}
