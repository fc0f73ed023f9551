package io.tourbillon.timer.internal.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The locks of nodes beside an SQLite file. */
class SqliteStoreTest {
  @TempDir Path folder;

  @Test
  void join_afterTheNodeHasLeft_takesNoLock() throws Exception {
    Path file = Files.createFile(folder.resolve("timers.db"));
    Files.createFile(folder.resolve("timers.db-nodes")); // In a new one, nobody counts as dead.
    SqliteStore store = new SqliteStore(new NoDatabase(), "jdbc:sqlite:" + file, "test_");
    SqliteStore other = new SqliteStore(new NoDatabase(), "jdbc:sqlite:" + file, "test_");
    other.join("b");
    store.join("a");
    assertFalse(other.isDead("a"));
    store.left("a");
    store.join("a");
    assertTrue(other.isDead("a"));
    other.left("b");
  }
}
