package io.tourbillon.timer.durable;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.io.TempDir;

/** Owners of an SQLite file. */
class SqliteOwnersTest extends OwnersContract {
  @TempDir Path folder;

  @Override
  DataSource source() {
    return new Databases("jdbc:sqlite:" + folder.resolve("timers.db"));
  }
}
