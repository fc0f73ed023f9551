package io.tourbillon.timer.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on an SQLite file. */
class SqliteTimersTest extends DurableContract {
  @TempDir Path folder;

  @Override
  DataSource source() {
    return new Databases("jdbc:sqlite:" + folder.resolve("timers.db"));
  }

  @Test
  void open_ofAPathThatAUrlWouldCut_isRefused() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> DurableTimers.open(folder.resolve("what?.db")));
    assertTrue(String.valueOf(refused.getMessage()).contains("what?.db"), refused::toString);
  }

  @Test
  void file_mayHaveASemicolonInItsName() {
    Path file = folder.resolve("a;b.db");
    try (DurableTimers timers = DurableTimers.open(file).handler("h", _ -> {}).build()) {
      assertEquals(0, timers.pending());
      assertTrue(Files.exists(folder.resolve("a;b.db-nodes")));
    }
  }
}
