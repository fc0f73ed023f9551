package io.tourbillon.timer.durable;

import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** Random content in PostgreSQL. */
@Tag("programs")
@Tag("long")
class PostgresFuzzedTablesTest extends FuzzedTablesContract {
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
  void newDatabase() throws Exception {
    url = Objects.requireNonNull(server).newDatabase();
  }

  @Override
  DataSource source() {
    return new Databases(url);
  }
}
