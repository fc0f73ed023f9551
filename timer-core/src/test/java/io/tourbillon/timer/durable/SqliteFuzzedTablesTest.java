package io.tourbillon.timer.durable;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.io.TempDir;

/** Random content in an SQLite file, most of whose columns take values of any type. */
class SqliteFuzzedTablesTest extends FuzzedTablesContract {
  @TempDir Path folder;

  @Override
  DataSource source() {
    return new Databases("jdbc:sqlite:" + folder.resolve("timers.db") + "?busy_timeout=10000");
  }
}
