package io.tourbillon.timer.durable;

import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The contract on PostgreSQL. Each test has a database of its own. */
@Tag("programs")
@Tag("long")
class PostgresTimersTest extends DurableContract {
  private static @Nullable PostgresServer server;

  private String url = "";

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

  @BeforeEach
  @Override
  void makeEffects() throws SQLException {
    url = Objects.requireNonNull(server).newDatabase();
    super.makeEffects();
  }

  @Override
  DataSource source() {
    return new Databases(url);
  }
}
