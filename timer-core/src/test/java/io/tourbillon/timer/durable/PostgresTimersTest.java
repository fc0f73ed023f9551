package io.tourbillon.timer.durable;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
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
  private static final AtomicInteger DATABASES = new AtomicInteger();
  private static @Nullable PostgresServer server;

  private String database = "postgres";

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
    String name = "test" + DATABASES.incrementAndGet();
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    database = name;
    super.makeEffects();
  }

  @Override
  DataSource source() {
    return new Databases(Objects.requireNonNull(server).url(database));
  }
}
