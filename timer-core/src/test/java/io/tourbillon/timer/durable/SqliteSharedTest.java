package io.tourbillon.timer.durable;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** What several users of one SQLite file can rely on. */
@Tag("long")
class SqliteSharedTest extends SharedContract {
  @TempDir Path folder;

  @Override
  DataSource source() {
    return new Databases("jdbc:sqlite:" + folder.resolve("timers.db"));
  }
}
