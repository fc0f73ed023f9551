package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tables decide when several processes believe that they own a shard. */
abstract class OwnersContract {
  private static final long LONG_MICROS = TimeUnit.HOURS.toMicros(1);
  private static final byte[] NONE = {};

  private StoreSession session;
  private Row row;

  abstract DataSource source() throws Exception;

  @BeforeEach
  void open() throws Exception {
    Store store = Store.of(source(), "owners_");
    store.create(1);
    session = store.open();
    row = new Row(new TimerKey("h", "k"), 0, 1_000, 7);
  }

  @AfterEach
  void close() {
    session.close();
  }

  private long own(String node) throws SQLException {
    session.heartbeat(node, LONG_MICROS);
    Map<Integer, Long> taken = session.take(node, 1);
    assertEquals(1, taken.size(), () -> node + " has taken " + taken);
    return taken.getOrDefault(0, -1L);
  }

  /** As if the node were stopped for longer than its lease. */
  private void stop(String node) throws Exception {
    session.heartbeat(node, 0);
    TimeUnit.MILLISECONDS.sleep(2);
  }

  private boolean changes(Change change) throws SQLException {
    return session.write(List.of(change))[0];
  }

  @Test
  void end_byAFormerOwner_changesNothing() throws Exception {
    long former = own("a");
    assertTrue(changes(new Change.Put(row, NONE)));
    stop("a");
    long present = own("b");
    assertTrue(present > former);
    assertFalse(changes(new Change.End(row, former)));
    Row next = new Row(row.key(), 0, 2_000, 8);
    assertFalse(changes(new Change.Failed(row, former, next, 1, false, "late")));
    assertTrue(changes(new Change.End(row, present)));
    assertFalse(changes(new Change.End(row, present)));
  }

  @Test
  void end_ofWhatWasReplaced_changesNothing() throws Exception {
    long epoch = own("a");
    assertTrue(changes(new Change.Put(row, NONE)));
    Row replacement = new Row(row.key(), 0, 5_000, 8);
    assertTrue(changes(new Change.Put(replacement, NONE)));
    assertFalse(changes(new Change.End(row, epoch)));
    assertEquals(List.of(replacement), session.load(0, 0, LONG_MICROS, 10));
    assertTrue(changes(new Change.End(replacement, epoch)));
  }

  @Test
  void check_findsOnlyWhatItsNodeOwns_andFencesRise() throws Exception {
    own("a");
    assertTrue(changes(new Change.Put(row, new byte[] {1, 2})));
    Check first = session.check("a", List.of(row));
    assertTrue(first.leased());
    assertArrayEquals(new byte[] {1, 2}, first.found().getFirst().payload());
    Row other = new Row(row.key(), 0, 1_000, 99);
    assertEquals(List.of(), session.check("a", List.of(other)).found());
    stop("a");
    assertFalse(session.check("a", List.of(row)).leased());
    own("b");
    Check second = session.check("b", List.of(row));
    assertEquals(1, second.found().size());
    assertTrue(second.fence() > first.fence());
    session.heartbeat("a", LONG_MICROS);
    assertEquals(List.of(), session.check("a", List.of(row)).found());
  }

  @Test
  void take_whileTheOwnerHasItsLease_takesNothing() throws Exception {
    own("a");
    session.heartbeat("b", LONG_MICROS);
    assertEquals(Map.of(), session.take("b", 1));
    session.release("a", List.of(0), true);
    assertEquals(1, session.take("b", 1).size());
    assertEquals(1, session.heartbeat("b", LONG_MICROS).nodes());
  }

  @Test
  void failed_keepsTheTimer_andDeadOnesAreNotLoaded() throws Exception {
    long epoch = own("a");
    assertTrue(changes(new Change.Put(row, NONE)));
    Row next = new Row(row.key(), 0, 2_000, 8);
    assertTrue(changes(new Change.Failed(row, epoch, next, 1, false, "once")));
    assertEquals(List.of(next), session.load(0, 0, LONG_MICROS, 10));
    Row last = new Row(row.key(), 0, 2_000, 9);
    assertTrue(changes(new Change.Failed(next, epoch, last, 2, true, "twice")));
    assertEquals(List.of(), session.load(0, 0, LONG_MICROS, 10));
    assertEquals(1, session.count(true));
    assertEquals("twice", session.list("h", "", "", true, 10).getFirst().error());
  }

  @Test
  void notices_areForTheirShard_untilTheyAreRemoved() throws Exception {
    session.leaveNotices(List.of(row));
    assertEquals(List.of(), session.notices(List.of(1), 10));
    assertEquals(row, session.notices(List.of(0), 10).getFirst().row());
    session.removeNotices(session.notices(List.of(0), 10));
    assertEquals(List.of(), session.notices(List.of(0), 10));
  }
}
