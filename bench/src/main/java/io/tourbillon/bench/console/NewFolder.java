package io.tourbillon.bench.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a command writes to. When it is closed, it deletes the folders that were made for
 * it, unless something was written: a command that never began leaves nothing behind.
 */
public final class NewFolder implements AutoCloseable {
  /** The folders that did not exist before, the innermost first. */
  private final Deque<Path> made = new ArrayDeque<>();

  private NewFolder() {}

  /**
   * Makes the folder if it does not exist, and tries to write into it.
   *
   * @throws FileRefusedException if it cannot be written
   */
  public static NewFolder make(Path folder) throws FileRefusedException {
    NewFolder made = new NewFolder();
    boolean writable = false;
    try {
      made.create(folder.toAbsolutePath());
      Files.delete(Files.createTempFile(folder, "results", ".part"));
      writable = true;
      return made;
    } catch (IOException failure) {
      throw new FileRefusedException(
          "--output must be a folder that can be written: "
              + folder
              + ": "
              + OneLine.cause(failure));
    } finally {
      if (!writable) {
        made.close();
      }
    }
  }

  private void create(@Nullable Path folder) throws IOException {
    if (folder == null || Files.isDirectory(folder)) {
      return;
    }
    create(folder.getParent());
    Files.createDirectory(folder);
    made.push(folder);
  }

  @Override
  public void close() {
    try {
      for (Path folder : made) {
        Files.delete(folder);
      }
    } catch (IOException notEmpty) {
      // Something was written, so the folder stays, and so do the folders around it.
    }
  }
}
