package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Somebody edits the table by hand, and writes what no program of ours would write. */
abstract class EditedRowsContract {
  private static final byte[] NONE = {};

  private static final long LEAST = Long.MIN_VALUE;

  private static final HandlerOptions SOON =
      HandlerOptions.DEFAULT
          .withAttempts(3)
          .withPauses(Duration.ofMillis(50), Duration.ofMillis(100));

  private final Map<String, Instant> fired = new ConcurrentHashMap<>();
  private final Map<String, Set<Integer>> attempts = new ConcurrentHashMap<>();

  /** Always the same database. */
  abstract DataSource source() throws Exception;

  private DurableTimers open() throws Exception {
    return DurableTimers.builder(source())
        .createSchema()
        .lease(Duration.ofSeconds(2))
        .handler("h", SOON, firing -> fired.put(firing.key(), firing.due()))
        .handler(
            "fails",
            SOON,
            firing -> {
              attempts
                  .computeIfAbsent(firing.key(), _ -> new ConcurrentSkipListSet<>())
                  .add(firing.attempt());
              throw new IllegalStateException("always");
            })
        .build();
  }

  @BeforeEach
  void makeTables() throws Exception {
    open().close();
  }

  /** A row; what is not said is good. */
  private static final class Edit {
    private String handler = "h";
    private Object due = 1L;
    private int shard;
    private long attempts;
    private int dead;
    private byte @Nullable [] payload = NONE;

    Edit handler(String value) {
      handler = value;
      return this;
    }

    Edit due(Object value) {
      due = value;
      return this;
    }

    Edit shard(int value) {
      shard = value;
      return this;
    }

    Edit attempts(long value) {
      attempts = value;
      return this;
    }

    Edit dead(int value) {
      dead = value;
      return this;
    }

    Edit payload(byte @Nullable [] value) {
      payload = value;
      return this;
    }
  }

  private void insert(String key, Edit edit) throws Exception {
    try (Connection connection = source().getConnection();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                INSERT INTO tourbillon_timers
                  (handler, timer_key, shard, due, version, attempts, dead, payload)
                VALUES (?, ?, ?, ?, 1, ?, ?, ?)""")) {
      insert.setString(1, edit.handler);
      insert.setString(2, key);
      insert.setInt(3, edit.shard);
      insert.setObject(4, edit.due);
      insert.setLong(5, edit.attempts);
      insert.setInt(6, edit.dead);
      insert.setBytes(7, edit.payload);
      insert.executeUpdate();
    }
  }

  /** Timers of programs fire as ever, and the threads of the service rest between them. */
  private void assertAlive(DurableTimers timers) throws Exception {
    int number = 0;
    LoopsCpu cpu = new LoopsCpu();
    while (cpu.elapsedNanos() < TimeUnit.SECONDS.toNanos(6)) { // A sweep is among it.
      number++;
      String key = "alive" + number;
      timers.schedule("h", key, Instant.now().plusMillis(100), NONE).get(10, TimeUnit.SECONDS);
      ChangingNodes.await(() -> fired.containsKey(key));
      assertTrue(fired.containsKey(key), "the loop is dead");
      TimeUnit.MILLISECONDS.sleep(300);
    }
    cpu.assertNoneSpins();
  }

  @Test
  void rowsThatNobodyWrites_doNotStopTheOthers() throws Exception {
    insert("negative", new Edit().due(-1L));
    insert("least", new Edit().due(LEAST));
    insert("greatest", new Edit().due(Long.MAX_VALUE));
    insert("fewer", new Edit().handler("fails").attempts(-5));
    insert("fewest", new Edit().handler("fails").attempts(Integer.MIN_VALUE));
    insert("most", new Edit().handler("fails").attempts(Integer.MAX_VALUE));
    insert("unknown", new Edit().handler("nobody"));
    insert("dead", new Edit().dead(7));
    insert("elsewhere", new Edit().shard(9_999));
    insert("nowhere", new Edit().shard(-3));
    List<String> odd =
        List.of("", " ", "\n", "'; DROP TABLE tourbillon_timers; --", "😀", "k".repeat(600));
    for (String key : odd) {
      insert(key, new Edit());
      insert(key, new Edit().handler(key));
    }
    try (DurableTimers timers = open()) {
      assertAlive(timers);
      assertEquals(Instant.parse("1969-12-31T23:59:59.999999Z"), fired.get("negative"));
      assertTrue(fired.containsKey("least"));
      assertTrue(fired.keySet().containsAll(odd), fired::toString);
      assertTrue(
          fired.keySet().stream().noneMatch(Set.of("greatest", "dead", "elsewhere")::contains),
          fired::toString);
      // Attempts count from 1, and there are three.
      ChangingNodes.await(() -> timers.listDead("fails", "", "", 10).size() == 3);
      assertEquals(
          List.of("fewer", "fewest", "most"),
          timers.listDead("fails", "", "", 10).stream().map(DurableTimer::key).toList());
      assertEquals(Set.of(1, 2, 3), attempts.get("fewer"));
      assertEquals(Set.of(1, 2, 3), attempts.get("fewest"));
      assertEquals(1, attempts.getOrDefault("most", Set.of()).size());
      assertTrue(timers.stats().unknownHandlers().contains("nobody"));
      assertEquals(1, timers.list("nobody", "", "", 10).size());
      assertTrue(timers.cancel("h", "greatest").get(10, TimeUnit.SECONDS));
      assertTrue(timers.cancel("h", "elsewhere").get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  @Tag("long")
  void rowsThatAreEditedWhileTheServiceRuns_doNotStopTheOthers() throws Exception {
    try (DurableTimers timers = open()) {
      insert("least", new Edit().due(LEAST));
      insert("fewest", new Edit().handler("fails").attempts(Integer.MIN_VALUE));
      insert("nobody's", new Edit().handler("nobody").due(LEAST));
      assertAlive(timers);
      ChangingNodes.await(() -> fired.containsKey("least"));
      assertTrue(fired.containsKey("least"));
      timers.schedule("h", "edited", Instant.now().plusSeconds(2), NONE).join();
      execute("UPDATE tourbillon_timers SET attempts = -1, version = 7 WHERE timer_key = 'edited'");
      ChangingNodes.await(() -> fired.containsKey("edited"));
      assertTrue(fired.containsKey("edited"), "a sweep finds it");
    }
  }

  @Test
  void rowWithoutAPayload_isRefused() {
    assertThrows(SQLException.class, () -> insert("k", new Edit().payload(null)));
  }

  @Test
  void rowWhoseDueTimeIsText_isRefused() {
    assertThrows(SQLException.class, () -> insert("k", new Edit().due("soon")));
  }

  private void execute(String sql) throws Exception {
    try (Connection connection = source().getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
