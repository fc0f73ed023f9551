package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls of JDBC that fail in the transaction of a firing: effects and removal stay together. */
@Timeout(60)
class SqliteFiringFaultsTest {
  private static final long PATIENCE_SECONDS = 30;
  private static final HandlerOptions SOON =
      HandlerOptions.DEFAULT.withPauses(Duration.ofMillis(50), Duration.ofMillis(50));

  @TempDir Path folder;

  /** The attempts that have begun. */
  private final BlockingQueue<Integer> attempts = new LinkedBlockingQueue<>();

  private DataSource source() {
    return new Databases("jdbc:sqlite:" + folder.resolve("timers.db"));
  }

  @BeforeEach
  void makeEffects() throws SQLException {
    execute("CREATE TABLE effects (key TEXT)");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = source().getConnection()) {
      execute(connection, sql);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int effects() throws SQLException {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM effects")) {
      count.next();
      return count.getInt(1);
    }
  }

  private DurableTimers timers(FailingConnections.Fault fault, FiringHandler handler) {
    return timers(SOON, fault, handler);
  }

  private DurableTimers timers(
      HandlerOptions options, FailingConnections.Fault fault, FiringHandler handler) {
    return DurableTimers.builder(FailingConnections.of(source(), fault))
        .createSchema()
        .lease(Duration.ofSeconds(2))
        .handler(
            "h",
            options,
            firing -> {
              attempts.add(firing.attempt());
              handler.fire(firing);
            })
        .build();
  }

  private int next() throws InterruptedException {
    Integer attempt = attempts.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertTrue(attempt != null, "nothing has fired");
    return attempt;
  }

  private static void awaitNone(DurableTimers timers) throws InterruptedException {
    for (int pause = 0; timers.pending() > 0 && pause < 500; pause++) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertEquals(0, timers.pending());
  }

  /** Fails a call of the connections of firings, a number of times. */
  private static FailingConnections.Fault failing(
      String failingMethod, AtomicInteger times, Throwable failure) {
    return (connection, method, _) -> {
      if (method.equals(failingMethod)
          && !connection.getAutoCommit()
          && times.getAndDecrement() > 0) {
        throw failure;
      }
    };
  }

  @Test
  void rollbackThatFails_commitsNothing() throws Exception {
    AtomicInteger times = new AtomicInteger(1);
    FailingConnections.Fault fault = failing("rollback", times, new OutOfMemoryError("test"));
    AtomicInteger firings = new AtomicInteger();
    FiringHandler handler =
        firing -> {
          execute(firing.connection(), "INSERT INTO effects VALUES ('a')");
          if (firings.incrementAndGet() == 1) {
            throw new IllegalStateException("rolls back");
          }
        };
    try (DurableTimers timers = timers(fault, handler)) {
      timers.schedule("h", "k", Instant.now(), new byte[0]).join();
      assertEquals(1, next());
      assertEquals(2, next(), "the removal was committed");
      awaitNone(timers);
    }
    assertEquals(1, effects());
  }

  @Test
  void commitWhoseConnectionCanNotBeClosed_countsAsCommitted() throws Exception {
    FailingConnections.Fault fault =
        (connection, method, arguments) -> {
          if (method.equals("setAutoCommit")
              && Boolean.TRUE.equals(arguments[0])
              && !connection.getAutoCommit()) {
            throw new IllegalStateException("test");
          }
        };
    try (DurableTimers timers =
        timers(fault, firing -> execute(firing.connection(), "INSERT INTO effects VALUES ('a')"))) {
      timers.schedule("h", "k", Instant.now(), new byte[0]).join();
      assertEquals(1, next());
      awaitNone(timers);
      for (int pause = 0; timers.stats().running() > 0 && pause < 500; pause++) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertEquals(1, timers.stats().fired());
      assertEquals(0, timers.stats().failed());
    }
    assertEquals(1, effects());
  }

  @Test
  void removalThatFails_leavesTheHandlerWithoutATransaction() throws Exception {
    AtomicInteger times = new AtomicInteger(1);
    FailingConnections.Fault fault =
        failing("prepareStatement", times, new IllegalStateException("test"));
    FiringHandler handler =
        firing -> {
          if (times.get() > 0) {
            assertThrows(RuntimeException.class, firing::connection);
          }
          // Refused again the first time.
          execute(firing.connection(), "INSERT INTO effects VALUES ('a')");
        };
    try (DurableTimers timers = timers(fault, handler)) {
      timers.schedule("h", "k", Instant.now(), new byte[0]).join();
      next();
      next();
      awaitNone(timers);
    }
    assertEquals(1, effects());
  }

  private void firesUntilTheDatabaseWorks(FailingConnections.Fault fault) throws Exception {
    HandlerOptions once = HandlerOptions.DEFAULT.withAttempts(1);
    FiringHandler handler =
        firing -> execute(firing.connection(), "INSERT INTO effects VALUES ('a')");
    try (DurableTimers timers = timers(once, fault, handler)) {
      timers.schedule("h", "k", Instant.now(), new byte[0]).join();
      assertEquals(1, next());
      assertEquals(1, next());
      assertEquals(1, next());
      awaitNone(timers);
      assertEquals(0, timers.stats().dead());
      assertEquals(0, timers.stats().failed());
    }
    assertEquals(1, effects());
  }

  @Test
  void commitThatTheDatabaseFails_usesUpNoAttempt() throws Exception {
    AtomicInteger times = new AtomicInteger(2);
    firesUntilTheDatabaseWorks(failing("commit", times, new SQLException("full", null, 13)));
  }

  @Test
  void transactionThatCanNotBegin_usesUpNoAttempt() throws Exception {
    AtomicInteger times = new AtomicInteger(2);
    firesUntilTheDatabaseWorks(
        failing("prepareStatement", times, new SQLException("locked", null, 6)));
  }

  @Test
  void commitThatRefusesTheEffects_usesUpAnAttempt() throws Exception {
    HandlerOptions once = HandlerOptions.DEFAULT.withAttempts(1);
    FailingConnections.Fault fault =
        failing("commit", new AtomicInteger(1), new SQLException("constraint", null, 19));
    try (DurableTimers timers =
        timers(once, fault, firing -> execute(firing.connection(), "DELETE FROM effects"))) {
      timers.schedule("h", "k", Instant.now(), new byte[0]).join();
      assertEquals(1, next());
      awaitNone(timers);
      assertEquals(1, timers.listDead("h", "", "", 10).size());
    }
  }
}
