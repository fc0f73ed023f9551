package io.tourbillon.bench.durable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class PostgresProgramsTest {
  @TempDir private Path folder;

  private Path install(String where, String... programs) throws IOException {
    Path bin = Files.createDirectories(folder.resolve(where));
    for (String program : programs) {
      assertTrue(Files.writeString(bin.resolve(program), "").toFile().setExecutable(true));
    }
    return bin;
  }

  @Test
  void folder_severalVersions_isTheNewestByNumber() throws IOException {
    install("packages/9/bin", "initdb", "postgres");
    Path newest = install("packages/15/bin", "initdb", "postgres");
    install("packages/old/bin", "initdb", "postgres");
    assertEquals(newest, PostgresPrograms.folder(folder.resolve("packages"), ""));
  }

  @Test
  void folder_newestWithoutAServer_isOneThatHasIt() throws IOException {
    Path complete = install("packages/14/bin", "initdb", "postgres");
    install("packages/17/bin", "initdb");
    assertEquals(complete, PostgresPrograms.folder(folder.resolve("packages"), ""));
  }

  @Test
  void folder_noPackage_isOneOnThePath() throws IOException {
    Path bin = install("bin", "initdb", "postgres");
    assertEquals(bin, PostgresPrograms.folder(folder.resolve("none"), "/none:" + bin));
  }

  @Test
  void folder_nowhere_isNull() {
    assertNull(PostgresPrograms.folder(folder.resolve("none"), ""));
  }
}
