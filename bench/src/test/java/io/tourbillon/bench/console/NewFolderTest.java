package io.tourbillon.bench.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFolderTest {
  @TempDir private Path there;

  @Test
  void close_nothingWritten_removesWhatWasMadeAndNoMore() throws IOException {
    Path folder = there.resolve("a").resolve("b");
    try (NewFolder _ = NewFolder.make(folder)) {
      assertTrue(Files.isDirectory(folder));
    }
    assertTrue(Files.notExists(there.resolve("a")));
    assertTrue(Files.exists(there));
  }

  @Test
  void close_somethingWritten_keepsIt() throws IOException {
    Path file = there.resolve("a").resolve("b").resolve("file");
    try (NewFolder _ = NewFolder.make(file.getParent())) {
      Files.createFile(file);
    }
    assertTrue(Files.exists(file));
  }

  @Test
  void close_folderThatWasThere_keepsIt() throws IOException {
    NewFolder.make(there).close();
    assertTrue(Files.exists(there));
  }

  @Test
  void make_impossibleHalfway_leavesNothingBehind() throws IOException {
    Path folder = there.resolve("a").resolve("n".repeat(300));
    FileRefusedException refusal =
        assertThrows(FileRefusedException.class, () -> NewFolder.make(folder));
    assertTrue(
        refusal.getMessage().startsWith("--output must be a folder that can be written: " + folder),
        refusal::getMessage);
    assertEquals(0, there.toFile().list().length);
  }
}
