package io.tourbillon.timer.durable;

import java.util.Objects;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** Owners of shards in PostgreSQL. Each test has a database of its own. */
@Tag("programs")
class PostgresOwnersTest extends OwnersContract {
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
    return new Databases(Objects.requireNonNull(server).newDatabase());
  }
}
