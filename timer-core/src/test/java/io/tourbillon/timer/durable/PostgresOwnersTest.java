package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Notice;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Owners of shards in PostgreSQL. Each test has a database of its own. */
@Tag("programs")
class PostgresOwnersTest extends OwnersContract {
  private static @Nullable PostgresServer server;

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.remove();
    }
  }

  @Override
  DataSource source() throws Exception {
    return new Databases(Objects.requireNonNull(server).newDatabase());
  }

  @Test
  void outcome_ofATransactionThatWasCommitted_isWhatItHasFound() throws Exception {
    Change put = new Change.Put(new Row(new TimerKey("h", "a"), 0, 1_000, 1, 0), NONE, false);
    Change cancel = new Change.Cancel(new TimerKey("h", "a"));
    Change none = new Change.Cancel(new TimerKey("h", "b"));
    session().write("w", 1, List.of(put));
    assertArrayEquals(new boolean[] {true}, session().outcome("w", 1, List.of(put)));
    assertArrayEquals(new boolean[] {false, true}, session().write("w", 2, List.of(none, cancel)));
    assertArrayEquals(
        new boolean[] {false, true}, session().outcome("w", 2, List.of(none, cancel)));
  }

  /** The server may still work on what its client has given up. */
  @Test
  void outcome_ofATransactionThatWasNotCommitted_keepsItFromBeingCommitted() throws Exception {
    Change put = new Change.Put(new Row(new TimerKey("h", "a"), 0, 1_000, 1, 0), NONE, false);
    Change cancel = new Change.Cancel(new TimerKey("h", "a"));
    assertNull(session().outcome("w", 1, List.of(put)));
    assertThrows(SQLException.class, () -> session().write("w", 1, List.of(put)));
    assertEquals(0, session().count(false));
    session().write("w", 2, List.of(put));
    assertNull(session().outcome("w", 3, List.of(cancel)));
    assertThrows(SQLException.class, () -> session().write("w", 3, List.of(cancel)));
    assertEquals(1, session().count(false));
  }

  /** The connection may break again before the answer of {@code outcome} comes. */
  @Test
  void outcome_thatIsAskedAgain_isTheSame() throws Exception {
    Change put = new Change.Put(new Row(new TimerKey("h", "a"), 0, 1_000, 1, 0), NONE, false);
    Change cancel = new Change.Cancel(new TimerKey("h", "a"));
    session().write("w", 1, List.of(put));
    assertNull(session().outcome("w", 2, List.of(cancel)));
    assertNull(session().outcome("w", 2, List.of(cancel)));
    assertEquals(1, session().count(false));
    session().write("w", 3, List.of(cancel));
    assertArrayEquals(new boolean[] {true}, session().outcome("w", 3, List.of(cancel)));
    assertArrayEquals(new boolean[] {true}, session().outcome("w", 3, List.of(cancel)));
  }

  @Test
  void move_takesATimerToAnotherShard_onceForItsOwner_andLeavesANotice() throws Exception {
    long epoch = own("a");
    Row row = new Row(new TimerKey("h", "a"), 0, 1_000, 1, 0);
    Row next = new Row(row.key(), 5, 1_000, 2, 0);
    assertTrue(changes(new Change.Put(row, NONE, false)));
    assertFalse(changes(new Change.Move(row, epoch + 1, next)));
    assertTrue(changes(new Change.Move(row, epoch, next)));
    assertFalse(changes(new Change.Move(row, epoch, next)));
    Notice notice = session().notices(List.of(5), 10).getFirst();
    assertEquals(next, Objects.requireNonNull(notice.stored()).row());
  }

  @Test
  void locked_areTheKeysWhoseRowsAnotherTransactionHolds() throws Exception {
    for (String key : List.of("a", "b")) {
      Row row = new Row(new TimerKey("h", key), 0, 1_000, 1, 0);
      assertTrue(changes(new Change.Put(row, NONE, false)));
    }
    List<TimerKey> keys =
        List.of(new TimerKey("h", "a"), new TimerKey("h", "b"), new TimerKey("h", "none"));
    try (Connection other = database().getConnection()) {
      other.setAutoCommit(false);
      other.createStatement().execute("DELETE FROM owners_timers WHERE timer_key = 'b'");
      assertEquals(Set.of(new TimerKey("h", "b")), session().locked(keys));
      other.rollback();
      assertEquals(Set.of(), session().locked(keys));
    }
  }

  @Test
  void failed_thatIsRepeatedAfterABrokenConnection_isFoundAgain() throws Exception {
    long epoch = own("a");
    Row row = new Row(new TimerKey("h", "a"), 0, 1_000, 1, 0);
    Row next = new Row(row.key(), 0, 2_000, 2, 0);
    assertTrue(changes(new Change.Put(row, NONE, false)));
    Change failed = new Change.Failed(row, epoch, next, 1, false, "away");
    assertTrue(changes(failed));
    assertTrue(changes(failed));
    assertEquals(List.of(next), load());
  }
}
