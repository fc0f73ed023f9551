package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.store.Change;
import io.tourbillon.timer.internal.store.Check;
import io.tourbillon.timer.internal.store.Heartbeat;
import io.tourbillon.timer.internal.store.Position;
import io.tourbillon.timer.internal.store.Row;
import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import io.tourbillon.timer.internal.store.Stored;
import io.tourbillon.timer.internal.store.TimerKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tables decide when several processes believe that they own a shard. */
abstract class OwnersContract {
  private static final long LONG_MICROS = TimeUnit.HOURS.toMicros(1);
  static final byte[] NONE = {};

  private DataSource source;
  private StoreSession session;
  private Row row;
  private long number;

  abstract DataSource source() throws Exception;

  Store store(DataSource database, String prefix) throws SQLException {
    return Store.of(database, prefix);
  }

  @BeforeEach
  void open() throws Exception {
    source = source();
    Store store = store(source, "owners_");
    store.create(1);
    session = store.open(10_000);
    row = new Row(new TimerKey("h", "k"), 0, 1_000, 7, 0);
  }

  @AfterEach
  void close() {
    session.close();
  }

  final StoreSession session() {
    return session;
  }

  final DataSource database() {
    return source;
  }

  final long own(String node) throws SQLException {
    session.heartbeat(node, LONG_MICROS, Set.of());
    Map<Integer, Long> taken = session.take(node, 1);
    assertEquals(1, taken.size(), () -> node + " has taken " + taken);
    return taken.getOrDefault(0, -1L);
  }

  /** As if the node were stopped for longer than its lease. */
  private void stop(String node) throws Exception {
    session.heartbeat(node, 0, Set.of());
    TimeUnit.MILLISECONDS.sleep(2);
  }

  final List<Row> load() throws SQLException {
    return session.load(0, Position.before(0), LONG_MICROS, 10).stream().map(Stored::row).toList();
  }

  final boolean changes(Change change) throws SQLException {
    return session.write("writer", ++number, List.of(change))[0];
  }

  @Test
  void end_byAFormerOwner_changesNothing() throws Exception {
    long former = own("a");
    assertTrue(changes(new Change.Put(row, NONE, false)));
    stop("a");
    long present = own("b");
    assertTrue(present > former);
    assertFalse(changes(new Change.End(row, former)));
    Row next = new Row(row.key(), 0, 2_000, 8, 0);
    assertFalse(changes(new Change.Failed(row, former, next, 1, false, "late")));
    assertTrue(changes(new Change.End(row, present)));
    assertFalse(changes(new Change.End(row, present)));
  }

  @Test
  void end_ofWhatWasReplaced_changesNothing() throws Exception {
    long epoch = own("a");
    assertTrue(changes(new Change.Put(row, NONE, false)));
    Row replacement = new Row(row.key(), 0, 5_000, 8, 0);
    assertTrue(changes(new Change.Put(replacement, NONE, false)));
    assertFalse(changes(new Change.End(row, epoch)));
    assertEquals(List.of(replacement), load());
    assertTrue(changes(new Change.End(replacement, epoch)));
  }

  @Test
  void check_findsOnlyWhatItsNodeOwns_andFencesRise() throws Exception {
    own("a");
    assertTrue(changes(new Change.Put(row, new byte[] {1, 2}, false)));
    Check first = session.check("a", List.of(row));
    assertTrue(first.leased());
    assertArrayEquals(new byte[] {1, 2}, first.found().getFirst().payload());
    Row other = new Row(row.key(), 0, 1_000, 99, 0);
    assertEquals(List.of(), session.check("a", List.of(other)).found());
    stop("a");
    assertFalse(session.check("a", List.of(row)).leased());
    own("b");
    Check second = session.check("b", List.of(row));
    assertEquals(1, second.found().size());
    assertTrue(second.fence() > first.fence());
    session.heartbeat("a", LONG_MICROS, Set.of());
    assertEquals(List.of(), session.check("a", List.of(row)).found());
  }

  @Test
  void take_whileTheOwnerHasItsLease_takesNothing() throws Exception {
    own("a");
    session.heartbeat("b", LONG_MICROS, Set.of());
    assertEquals(Map.of(), session.take("b", 1));
    session.release("a", List.of(0), true);
    assertEquals(1, session.take("b", 1).size());
    assertEquals(1, session.heartbeat("b", LONG_MICROS, Set.of()).nodes().size());
  }

  @Test
  void failed_keepsTheTimer_andDeadOnesAreNotLoaded() throws Exception {
    long epoch = own("a");
    assertTrue(changes(new Change.Put(row, NONE, false)));
    Row next = new Row(row.key(), 0, 2_000, 8, 0);
    assertTrue(changes(new Change.Failed(row, epoch, next, 1, false, "once")));
    assertEquals(List.of(next), load());
    Row last = new Row(row.key(), 0, 2_000, 9, 0);
    assertTrue(changes(new Change.Failed(next, epoch, last, 2, true, "twice")));
    assertEquals(List.of(), load());
    assertEquals(1, session.count(true));
    assertEquals("twice", session.list("h", "", "", true, 10).getFirst().error());
  }

  @Test
  void notices_areForTheirShard_andTellWhatTheTableSays_untilTheyAreRemoved() throws Exception {
    assertTrue(changes(new Change.Put(row, NONE, true)));
    Row replacement = new Row(row.key(), 0, 5_000, 8, 0);
    assertTrue(changes(new Change.Put(replacement, NONE, false)));
    assertEquals(List.of(), session.notices(List.of(1), 10));
    Stored told = Objects.requireNonNull(session.notices(List.of(0), 10).getFirst().stored());
    assertEquals(replacement, told.row());
    assertTrue(changes(new Change.Cancel(row.key())));
    assertEquals(null, session.notices(List.of(0), 10).getFirst().stored());
    session.removeNotices(session.notices(List.of(0), 10));
    session.leaveNotices(List.of(row));
    assertEquals(1, session.notices(List.of(0), 10).size());
  }

  @Test
  void lease_thatEndsLaterThanItCan_isOver_becauseTheClockWasSetBack() throws Exception {
    own("a");
    session.heartbeat("b", LONG_MICROS, Set.of());
    execute("UPDATE owners_nodes SET lease_until = lease_until + 1000000 WHERE node = 'a'");
    assertEquals(Map.of(), session.take("b", 1));
    execute("UPDATE owners_nodes SET lease_until = lease_until + 2 * lease WHERE node = 'a'");
    assertFalse(session.check("a", List.of(row)).leased());
    assertEquals(1, session.take("b", 1).size());
  }

  @Test
  void heartbeat_tellsNodesOwnersAndHandlers_ofThoseThatHaveALease() throws Exception {
    session.heartbeat("a", LONG_MICROS, Set.of("h", "i"));
    session.take("a", 1);
    session.heartbeat("a", LONG_MICROS, Set.of());
    Heartbeat heard = session.heartbeat("b", LONG_MICROS, Set.of("j"));
    assertEquals(Set.of("a", "b"), heard.nodes());
    assertEquals("a", heard.owners().get(0).node());
    assertEquals(Set.of("h", "i"), session.handlers("a"));
    assertEquals(Set.of("j"), session.handlers("b"));
    stop("a");
    heard = session.heartbeat("b", LONG_MICROS, Set.of());
    assertEquals(Set.of("b"), heard.nodes());
    assertEquals(Map.of(), heard.owners());
  }

  @Test
  void written_isTheTimeOfTheLastWriteOfAUser() throws Exception {
    long epoch = own("a");
    assertTrue(changes(new Change.Put(row, NONE, false)));
    execute("UPDATE owners_timers SET written = 5");
    Row next = new Row(row.key(), 0, 2_000, 8, 0);
    assertTrue(changes(new Change.Failed(row, epoch, next, 1, false, "once")));
    assertEquals(List.of(new Stored(next, 5)), session.find(List.of(row.key())));
    long beforeMicros = session.heartbeat("a", LONG_MICROS, Set.of()).nowMicros();
    assertTrue(changes(new Change.Put(row, NONE, false)));
    long afterMicros = session.heartbeat("a", LONG_MICROS, Set.of()).nowMicros();
    long writtenMicros = session.find(List.of(row.key())).getFirst().writtenMicros();
    assertTrue(beforeMicros <= writtenMicros && writtenMicros <= afterMicros);
  }

  @Test
  void ownedUntil_isTheEndOfTheLease_orTheTimeOfTheRelease() throws Exception {
    own("a");
    assertEquals(Map.of(0, 0L), session.ownedUntil(List.of(0)));
    session.heartbeat("a", 1, Set.of());
    TimeUnit.MILLISECONDS.sleep(30);
    long nowMicros = session.heartbeat("b", LONG_MICROS, Set.of()).nowMicros();
    assertEquals(1, session.take("b", 1).size());
    long leasedMicros = session.ownedUntil(List.of(0)).getOrDefault(0, 0L);
    assertTrue(leasedMicros > 0 && leasedMicros <= nowMicros - 20_000, leasedMicros + " us");
    session.release("b", List.of(0), true);
    assertTrue(session.ownedUntil(List.of(0)).getOrDefault(0, 0L) >= nowMicros);
  }

  @Test
  void ownedUntil_isKnown_whenTheRowOfTheNodeIsForgotten() throws Exception {
    own("a");
    long nowMicros = session.heartbeat("a", LONG_MICROS, Set.of()).nowMicros();
    long untilMicros = nowMicros - 2 * LONG_MICROS;
    execute("UPDATE owners_nodes SET lease_until = " + untilMicros);
    session.heartbeat("b", LONG_MICROS, Set.of());
    session.heartbeat("b", LONG_MICROS, Set.of());
    assertEquals(Map.of(0, untilMicros), session.ownedUntil(List.of(0)));
  }

  @Test
  void load_ofTimersThatAreAllDueAtOnce_isInPages() throws Exception {
    for (String key : List.of("c", "a", "e", "b", "d")) {
      Row each = new Row(new TimerKey("h", key), 0, 1_000, 1, 0);
      assertTrue(changes(new Change.Put(each, NONE, false)));
    }
    StringBuilder keys = new StringBuilder();
    Position after = Position.before(1_000);
    for (List<Stored> page = page(after); !page.isEmpty(); page = page(after)) {
      page.forEach(each -> keys.append(each.row().key().key()));
      keys.append(' ');
      after = Position.of(page.getLast().row());
    }
    assertEquals("ab cd e ", keys.toString());
  }

  private List<Stored> page(Position after) throws SQLException {
    return session.load(0, after, LONG_MICROS, 2);
  }

  @Test
  void create_byManyAtOnce_fails_forNone() throws Exception {
    Store store = store(source, "many_");
    ExecutorService all = Executors.newFixedThreadPool(8);
    try {
      List<Future<?>> made = new ArrayList<>();
      for (int number = 0; number < 8; number++) {
        made.add(
            all.submit(
                () -> {
                  store.create(4);
                  return null;
                }));
      }
      for (Future<?> each : made) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      all.shutdownNow();
    }
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
