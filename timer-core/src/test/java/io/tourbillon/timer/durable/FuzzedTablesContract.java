package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.text.Printable;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Random content: of rows that somebody writes into the tables, and of what programs schedule. */
@Timeout(170)
abstract class FuzzedTablesContract {
  private static final byte[] NONE = {};
  private static final int ROWS = 400;
  private static final int MANY_ROUNDS = 12;
  private static final Duration SOON = Duration.ofSeconds(20);

  private static final HandlerOptions FEW_ATTEMPTS =
      HandlerOptions.DEFAULT
          .withAttempts(3)
          .withPauses(Duration.ofMillis(50), Duration.ofMillis(100));

  private static final int MOST_LOGGED = 2_000;

  /** Kept because java.util.logging holds loggers weakly. */
  private static final Logger LOGGER = Logger.getLogger("io.tourbillon.timer");

  private final Set<String> fired = ConcurrentHashMap.newKeySet();
  private final Queue<String> logged = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void keepTheLog() {
    LOGGER.setFilter(
        entry -> {
          logged.add(String.valueOf(entry.getMessage()));
          return false;
        });
  }

  /** Names may come from requests, and must not begin a line of the log. */
  @AfterEach
  void checkTheLog() {
    LOGGER.setFilter(null);
    assertEquals(
        List.of(), logged.stream().filter(line -> !line.equals(Printable.of(line))).toList());
    assertTrue(logged.size() < MOST_LOGGED, () -> logged.size() + " lines are logged");
  }

  /** Always the same database until the next {@link #clear}. */
  abstract DataSource source() throws Exception;

  private static Random random(String what) {
    long seed = Long.getLong("tests.rows.seed", System.nanoTime());
    System.out.println("seed of " + what + ": -Dtests.rows.seed=" + seed);
    return new Random(seed);
  }

  private void clear() throws Exception {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      for (String table : List.of("timers", "nodes", "handlers", "notices")) {
        statement.executeUpdate("DELETE FROM tourbillon_" + table);
      }
      // Its rows are the shards of the schema.
      statement.executeUpdate("DELETE FROM tourbillon_shards WHERE shard NOT BETWEEN 0 AND 63");
      statement.executeUpdate("UPDATE tourbillon_shards SET owner = NULL, epoch = 1");
    }
  }

  private DurableTimers open() throws Exception {
    return DurableTimers.builder(source())
        .createSchema()
        .shards(2)
        .lease(Duration.ofSeconds(1))
        .handler("h", FEW_ATTEMPTS, firing -> fired.add(firing.key()))
        .handler(
            "fails",
            FEW_ATTEMPTS,
            _ -> {
              throw new IllegalStateException("always");
            })
        .build();
  }

  // Rows.

  @Test
  void rowsOfRandomContent_doNotStopTheOthers() throws Exception {
    survive(random("rows"), Duration.ofSeconds(3));
  }

  @Test
  @Tag("long")
  void manyRowsOfRandomContent_doNotStopTheOthers() throws Exception {
    Random random = random("many rows");
    for (int round = 0; round < MANY_ROUNDS; round++) {
      survive(random, Duration.ofSeconds(7)); // A sweep is among it.
      clear();
    }
  }

  private void survive(Random random, Duration length) throws Exception {
    open().close();
    RandomRows before = new RandomRows(source(), random);
    before.write(ROWS);
    assertTrue(before.written() > ROWS / 4, () -> "written: " + before.written());
    assertTrue(before.refused() > 0, "the database refuses some");
    DurableTimers timers = open();
    try {
      assertAlive(timers, random, length);
      for (String handler : List.of("h", "fails", "nobody", "\ud83d\ude00")) {
        int _ = timers.list(handler, "", "", 10_000).size();
        int _ = timers.listDead(handler, "", "", 10_000).size();
      }
      assertTrue(timers.pending() >= 0);
      assertTrue(timers.cancelAll("h", "").get(20, TimeUnit.SECONDS) >= 0);
    } finally {
      assertTimeoutPreemptively(SOON, timers::close);
    }
  }

  /** Timers of programs fire, rows are written meanwhile, and no thread spins. */
  private void assertAlive(DurableTimers timers, Random random, Duration length) throws Exception {
    LoopsCpu cpu = new LoopsCpu();
    for (int number = 0; cpu.elapsedNanos() < length.toNanos(); number++) {
      String key = "alive" + number;
      timers
          .schedule("h", key, Instant.now().plusMillis(50), NONE)
          .get(SOON.toSeconds(), TimeUnit.SECONDS);
      new RandomRows(source(), random).write(10);
      ChangingNodes.await(() -> fired.contains(key));
      assertTrue(fired.contains(key), "the loop is dead");
      TimeUnit.MILLISECONDS.sleep(300);
    }
    cpu.assertNoneSpins();
  }

  // What programs schedule.

  @Test
  void namesAndPayloadsOfRandomContent_comeBackExactly() throws Exception {
    comeBack(random("names"), 8, 25);
  }

  @Test
  @Tag("long")
  void manyNamesAndPayloadsOfRandomContent_comeBackExactly() throws Exception {
    comeBack(random("many names"), 40, 500);
  }

  private void comeBack(Random random, int handlerCount, int keyCount) throws Exception {
    OddTexts texts = new OddTexts(random);
    Map<String, byte[]> seen = new ConcurrentHashMap<>();
    Set<String> handlers = new LinkedHashSet<>();
    while (handlers.size() < handlerCount) {
      handlers.add("x" + texts.next(199));
    }
    DurableTimers.Builder builder = DurableTimers.builder(source()).createSchema().shards(2);
    for (String handler : handlers) {
      builder.handler(
          handler,
          firing -> {
            byte[] before = seen.put(handler + "\u0000" + firing.key(), firing.payload());
            assertEquals(null, before, "fired twice");
          });
    }
    Map<String, byte[]> expected = new HashMap<>();
    try (DurableTimers timers = builder.build()) {
      for (String handler : handlers) {
        for (int number = 0; number < keyCount; number++) {
          String key = texts.next(499) + "y";
          byte[] payload = new byte[random.nextInt(10) == 0 ? 65_536 : random.nextInt(50)];
          random.nextBytes(payload);
          if (expected.putIfAbsent(handler + "\u0000" + key, payload) == null) {
            timers.schedule(handler, key, Instant.EPOCH, payload).get(20, TimeUnit.SECONDS);
          }
        }
      }
      ChangingNodes.await(() -> seen.size() >= expected.size());
      assertEquals(expected.keySet(), seen.keySet());
      expected.forEach((name, payload) -> assertArrayEquals(payload, seen.get(name)));
    }
  }

  @Test
  void listedKeysOfRandomContent_areThoseThatWereScheduled() throws Exception {
    Random random = random("listed keys");
    OddTexts texts = new OddTexts(random);
    Instant later = Instant.now().plus(Duration.ofDays(1));
    Set<String> keys = new LinkedHashSet<>();
    try (DurableTimers timers = open()) {
      for (int number = 0; number < 60; number++) {
        String key = texts.next(499) + "y";
        if (keys.add(key)) {
          timers.schedule("h", key, later, NONE).get(20, TimeUnit.SECONDS);
        }
      }
      Set<String> listed = new LinkedHashSet<>();
      timers.list("h", "", "", 10_000).forEach(timer -> listed.add(timer.key()));
      assertEquals(keys, listed);
      for (String key : keys) {
        assertTrue(timers.cancel("h", key).get(20, TimeUnit.SECONDS), key);
      }
      assertEquals(0, timers.pending());
    }
  }

  @Test
  void namesThatNoDatabaseKeeps_areRefusedAtOnce() throws Exception {
    OddTexts texts = new OddTexts(random("impossible names"));
    Instant now = Instant.now();
    try (DurableTimers timers = open()) {
      for (int number = 0; number < 200; number++) {
        String wrong = texts.impossible();
        for (boolean inKey : new boolean[] {true, false}) {
          String handler = inKey ? "h" : wrong;
          String key = inKey ? wrong : "k";
          String message =
              assertThrows(
                      IllegalArgumentException.class,
                      () -> timers.schedule(handler, key, now, NONE))
                  .getMessage();
          assertTrue(message.contains("must not contain U+"), message);
          assertThrows(IllegalArgumentException.class, () -> timers.cancel(handler, key));
        }
      }
      for (String wrong : List.of("", "k".repeat(501))) {
        assertThrows(IllegalArgumentException.class, () -> timers.schedule("h", wrong, now, NONE));
      }
      assertThrows(
          IllegalArgumentException.class, () -> timers.schedule("h", "k", now, new byte[65_537]));
      assertEquals(0, timers.pending());
    }
  }
}
