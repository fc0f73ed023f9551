package io.tourbillon.timer.internal.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The statements about nodes, their leases, handlers and shards. For the thread of its session. */
final class JdbcNodes {
  /** The row of a node that has ended without leaving goes an hour after its lease. */
  private static final long FORGOTTEN_MICROS = TimeUnit.HOURS.toMicros(1);

  private final JdbcSession session;

  JdbcNodes(JdbcSession session) {
    this.session = session;
  }

  Heartbeat heartbeat(String node, long leaseMicros, Set<String> handlers) throws SQLException {
    return session.inTransaction(
        () -> {
          if (!renew(node, leaseMicros)) {
            join(node, leaseMicros);
            register(node, handlers);
          }
          forgetTheDead();
          session.endDead(node);
          return heartbeat();
        });
  }

  /** Returns false if the node has no row: it is new, or was forgotten with its handlers. */
  private boolean renew(String node, long leaseMicros) throws SQLException {
    PreparedStatement renew =
        session.statement("UPDATE #nodes SET lease = ?, lease_until = @now + ? WHERE node = ?");
    renew.setLong(1, leaseMicros);
    renew.setLong(2, leaseMicros);
    renew.setString(3, node);
    return renew.executeUpdate() == 1;
  }

  private void join(String node, long leaseMicros) throws SQLException {
    PreparedStatement join =
        session.statement(
            """
            INSERT INTO #nodes (node, lease, lease_until) VALUES (?, ?, @now + ?)
            ON CONFLICT (node) DO UPDATE SET lease = excluded.lease,
              lease_until = excluded.lease_until""");
    join.setString(1, node);
    join.setLong(2, leaseMicros);
    join.setLong(3, leaseMicros);
    join.executeUpdate();
  }

  private void register(String node, Set<String> handlers) throws SQLException {
    PreparedStatement register =
        session.statement(
            "INSERT INTO #handlers (node, handler) VALUES (?, ?) ON CONFLICT DO NOTHING");
    for (String handler : handlers) {
      register.setString(1, node);
      register.setString(2, handler);
      register.executeUpdate();
    }
  }

  private void forgetTheDead() throws SQLException {
    PreparedStatement forget =
        session.statement("DELETE FROM #nodes WHERE lease_until < @now - " + FORGOTTEN_MICROS);
    if (forget.executeUpdate() > 0) {
      for (String table : session.ofNodes()) {
        session
            .statement(
                "DELETE FROM "
                    + table
                    + " WHERE node NOT IN (SELECT node FROM #nodes)"
                    + session.andIsOld(table))
            .executeUpdate();
      }
    }
  }

  private Heartbeat heartbeat() throws SQLException {
    Set<String> nodes = new HashSet<>();
    PreparedStatement live = session.statement("SELECT node FROM #nodes n WHERE @leased");
    try (ResultSet found = live.executeQuery()) {
      while (found.next()) {
        nodes.add(found.getString(1));
      }
    }
    Map<Integer, Heartbeat.Owner> owners = new HashMap<>();
    PreparedStatement owned =
        session.statement(
            "SELECT shard, owner, epoch FROM #shards JOIN #nodes n ON node = owner AND @leased");
    try (ResultSet found = owned.executeQuery()) {
      while (found.next()) {
        owners.put(found.getInt(1), new Heartbeat.Owner(found.getString(2), found.getLong(3)));
      }
    }
    PreparedStatement count = session.statement("SELECT @now, (SELECT count(*) FROM #shards)");
    try (ResultSet counted = count.executeQuery()) {
      counted.next();
      return new Heartbeat(counted.getLong(1), owners, nodes, counted.getInt(2));
    }
  }

  Set<String> handlers(String node) throws SQLException {
    PreparedStatement select = session.statement("SELECT handler FROM #handlers WHERE node = ?");
    select.setString(1, node);
    Set<String> handlers = new HashSet<>();
    try (ResultSet found = select.executeQuery()) {
      while (found.next()) {
        handlers.add(found.getString(1));
      }
    }
    return handlers;
  }

  void release(String node, Collection<Integer> shards, boolean leaves) throws SQLException {
    session.<@Nullable Void>inTransaction(
        () -> {
          PreparedStatement release =
              session.statement("UPDATE #shards SET owner = NULL WHERE shard = ? AND owner = ?");
          for (int shard : shards) {
            release.setInt(1, shard);
            release.setString(2, node);
            release.executeUpdate();
          }
          if (leaves) {
            leave("#nodes", node);
            for (String table : session.ofNodes()) {
              leave(table, node);
            }
          }
          return null;
        });
  }

  private void leave(String table, String node) throws SQLException {
    PreparedStatement leave = session.statement("DELETE FROM " + table + " WHERE node = ?");
    leave.setString(1, node);
    leave.executeUpdate();
  }
}
