package io.tourbillon.timer.durable;

import java.sql.Connection;
import java.sql.Statement;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Owners of shards in PostgreSQL. Each test has a database of its own. */
@Tag("programs")
class PostgresOwnersTest extends OwnersContract {
  private static final AtomicInteger DATABASES = new AtomicInteger();
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
    PostgresServer running = Objects.requireNonNull(server);
    String name = "owners" + DATABASES.incrementAndGet();
    try (Connection connection = new Databases(running.url("postgres")).getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return new Databases(running.url(name));
  }
}
