package io.tourbillon.timer.durable;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.io.TempDir;

/** Rows that somebody has edited in an SQLite file. */
class SqliteEditedRowsTest extends EditedRowsContract {
  @TempDir Path folder;

  @Override
  DataSource source() {
    return new Databases("jdbc:sqlite:" + folder.resolve("timers.db") + "?busy_timeout=10000");
  }
}
