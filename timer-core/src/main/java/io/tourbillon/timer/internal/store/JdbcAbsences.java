package io.tourbillon.timer.internal.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Until when each shard had an owner, so that the next one knows for how long nobody has fired its
 * timers. For the thread of its session.
 */
final class JdbcAbsences {
  /**
   * Shards whose owners have no lease any more, or have not renewed it for so long that it may end
   * before somebody takes the shard.
   */
  private static final String ENDED =
      """
      SELECT s.shard FROM #shards s JOIN #nodes n ON n.node = s.owner
      WHERE (n.lease_until < @now + n.lease / 2 OR n.lease_until / 2 - @now / 2 > n.lease)
        AND s.owned_until < n.lease_until\
      """;

  private final JdbcSession session;

  JdbcAbsences(JdbcSession session) {
    this.session = session;
  }

  /** Notes when the leases of owners have ended. */
  void noteEndedLeases() throws SQLException {
    boolean ended;
    try (ResultSet found = session.statement(ENDED).executeQuery()) {
      ended = found.next();
    }
    if (ended) {
      session.inTransaction(
          () ->
              session
                  .statement(
                      """
                      UPDATE #shards SET owned_until = coalesce(
                        (SELECT CASE WHEN n.lease_until < @now THEN n.lease_until ELSE @now END
                         FROM #nodes n WHERE n.node = owner), owned_until)
                      WHERE shard IN (\
                      """
                          + ENDED
                          + session.store.skipLocked()
                          + ")")
                  .executeUpdate());
    }
  }

  /** Notes that a node had shards until now. */
  void noteRelease(String node, Collection<Integer> shards) throws SQLException {
    session.<@Nullable Void>inTransaction(
        () -> {
          PreparedStatement note =
              session.statement(
                  "UPDATE #shards SET owned_until = @now WHERE shard = ? AND owner = ?");
          for (int shard : shards) {
            note.setInt(1, shard);
            note.setString(2, node);
            note.executeUpdate();
          }
          return null;
        });
  }

  Map<Integer, Long> ownedUntil(Collection<Integer> shards) throws SQLException {
    PreparedStatement select = session.statement("SELECT owned_until FROM #shards WHERE shard = ?");
    Map<Integer, Long> until = new HashMap<>();
    for (int shard : shards) {
      select.setInt(1, shard);
      try (ResultSet found = select.executeQuery()) {
        if (found.next()) {
          until.put(shard, found.getLong(1));
        }
      }
    }
    return until;
  }
}
