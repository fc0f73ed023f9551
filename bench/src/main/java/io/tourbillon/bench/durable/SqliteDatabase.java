package io.tourbillon.bench.durable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An SQLite file in a new folder of the current one, which a comparison removes together with all
 * that a process which was killed has left there.
 */
final class SqliteDatabase implements Database {
  private final Path folder;

  private SqliteDatabase(Path folder) {
    this.folder = folder;
  }

  static SqliteDatabase make() throws IOException {
    return new SqliteDatabase(
        Files.createTempDirectory(Path.of("").toAbsolutePath(), "tourbillon-sqlite"));
  }

  @Override
  public String url() {
    return "jdbc:sqlite:" + folder.resolve("timers.db");
  }

  @Override
  public void close() throws IOException {
    TemporaryFolders.delete(folder);
  }
}
