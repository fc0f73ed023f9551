package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.timer.internal.store.Store;
import io.tourbillon.timer.internal.store.StoreSession;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a service sets on its connections to PostgreSQL. */
@Tag("programs")
class PostgresSettingsTest {
  private static final String OFF_BY_DEFAULT = "&options=-c%20synchronous_commit=off";
  private static final String OFF = "off off";
  private static final String ISOLATION = "transaction_isolation";

  private static String show(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet shown = statement.executeQuery("SHOW " + setting)) {
      shown.next();
      return shown.getString(1);
    }
  }

  /** A scan of a small table would take a second otherwise, since scans are disabled. */
  @Test
  void connectionsOfAService_doNotCompileStatements() throws Exception {
    PostgresServer server = PostgresServer.start();
    try {
      Databases source = new Databases(server.newDatabase());
      Queue<Connection> opened = new ConcurrentLinkedQueue<>();
      DataSource noting =
          (DataSource)
              Proxy.newProxyInstance(
                  DataSource.class.getClassLoader(),
                  new Class<?>[] {DataSource.class},
                  (_, _, _) -> {
                    Connection connection = source.getConnection();
                    opened.add(connection);
                    return connection;
                  });
      try (DurableTimers _ = DurableTimers.builder(noting).createSchema().build()) {
        // Those of the writer, the firings and the keeper.
        ChangingNodes.await(() -> settings(opened).equals(List.of(OFF, OFF, OFF)));
        assertEquals(List.of(OFF, OFF, OFF), settings(opened));
      }
    } finally {
      server.remove();
    }
  }

  /** A commit must be on the disk when a change is acknowledged. */
  @Test
  void connectionsOfAService_waitForTheDisk_whateverTheDefault() throws Exception {
    PostgresServer server = PostgresServer.start();
    try {
      Databases source = new Databases(server.newDatabase() + OFF_BY_DEFAULT);
      Store store = Store.of(source, "test_");
      store.create(1);
      try (Connection plain = source.getConnection()) {
        assertEquals("off", show(plain, "synchronous_commit"));
      }
      List<Connection> opened = new ArrayList<>();
      DataSource noting =
          FailingConnections.of(source, (connection, _, _) -> opened.add(connection));
      try (StoreSession _ = Store.of(noting, "test_").open(10_000)) {
        assertEquals("on", show(opened.getLast(), "synchronous_commit"));
      }
    } finally {
      server.remove();
    }
  }

  /**
   * A check draws its fence before it looks who owns the shard, in one transaction. A pool sets the
   * isolation that the user wants once, and does not see that a session has changed it.
   */
  @Test
  void connectionsOfAService_readWhatIsCommitted_andGoBackAsTheyCame() throws Exception {
    PostgresServer server = PostgresServer.start();
    try {
      Databases source = new Databases(server.newDatabase());
      Store.of(source, "test_").create(1);
      List<String> seen = new ArrayList<>();
      DataSource pool =
          FailingConnections.of(
              source,
              (connection, method, _) -> {
                switch (method) {
                  case "getAutoCommit", "setAutoCommit" ->
                      connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
                  case "prepareStatement", "close" -> seen.add(show(connection, ISOLATION));
                  default -> {}
                }
              });
      try (StoreSession session = Store.of(pool, "test_").open(10_000)) {
        assertEquals(0, session.count(false));
      }
      assertEquals(
          List.of("read committed", "serializable"), seen.subList(seen.size() - 2, seen.size()));
    } finally {
      server.remove();
    }
  }

  private static List<String> settings(Collection<Connection> opened) {
    List<String> settings = new ArrayList<>();
    for (Connection connection : opened) {
      try {
        settings.add(show(connection, "enable_seqscan") + " " + show(connection, "jit"));
      } catch (SQLException closed) {
        // It was that of the start.
      }
    }
    return settings;
  }
}
