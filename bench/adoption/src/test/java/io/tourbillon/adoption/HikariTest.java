package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HikariCP's housekeeper, which closes idle connections, and its detection of leaks. */
class HikariTest extends AdoptionTest {
  private static final String PERIOD = "com.zaxxer.hikari.housekeeping.periodMs";

  private final HikariConfig config = new HikariConfig();

  @BeforeEach
  void configure() {
    System.setProperty(PERIOD, "20");
    config.setJdbcUrl("jdbc:h2:mem:");
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(PATIENCE.toMillis());
  }

  @AfterEach
  void forgetPeriod() {
    System.clearProperty(PERIOD);
  }

  @ParameterizedTest
  @EnumSource
  void housekeeper_closesIdleConnections(Subject subject) throws Exception {
    try (HikariDataSource pool = HikariRecipe.pool(open(subject), config)) {
      List<Connection> used = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        used.add(pool.getConnection());
      }
      assertEquals(4, pool.getHikariPoolMXBean().getTotalConnections());
      for (Connection connection : used) {
        connection.close();
      }
      // The least that may be configured before the pool starts is ten seconds.
      pool.setIdleTimeout(1);
      await(
          () -> pool.getHikariPoolMXBean().getTotalConnections() == 1,
          () -> "connections: " + pool.getHikariPoolMXBean().getTotalConnections());
      try (Connection connection = pool.getConnection()) {
        assertTrue(connection.isValid(1));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void connections_thatReachTheirAge_areReplaced(Subject subject) throws Exception {
    try (HikariDataSource pool = HikariRecipe.pool(open(subject), config)) {
      Connection old;
      try (Connection connection = pool.getConnection()) {
        old = connection.unwrap(Connection.class);
      }
      pool.setMaxLifetime(30);
      pool.getHikariPoolMXBean().softEvictConnections();
      await(() -> isClosed(old), () -> "the old connection must be closed");
      Connection young;
      try (Connection connection = pool.getConnection()) {
        young = connection.unwrap(Connection.class);
      }
      await(() -> isClosed(young), () -> "the connection must be closed when it is 30 ms old");
      pool.setMaxLifetime(0);
      try (Connection connection = pool.getConnection()) {
        assertFalse(connection.isClosed());
      }
    }
  }

  private static boolean isClosed(Connection connection) {
    try {
      return connection.isClosed();
    } catch (java.sql.SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  /** A leak task is armed with each connection that is taken, and cancelled when it comes back. */
  @ParameterizedTest
  @EnumSource
  void leakDetection_isCancelled_whenAConnectionComesBack(Subject subject) throws Exception {
    TimeSource source = open(subject);
    config.setLeakDetectionThreshold(600_000);
    try (HikariDataSource pool = HikariRecipe.pool(source, config)) {
      long before = source.pending();
      for (int i = 0; i < 1000; i++) {
        try (Connection connection = pool.getConnection()) {
          assertFalse(connection.isClosed());
        }
      }
      long most = before + 4;
      await(() -> source.pending() <= most, () -> "pending: " + source.pending());
    }
  }
}
