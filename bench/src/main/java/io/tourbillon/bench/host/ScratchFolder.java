package io.tourbillon.bench.host;

import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.OneLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A new folder in the system's temporary folder, for the output of programs and for compiled
 * programs. It is deleted when it is closed.
 *
 * @param path the folder
 * @param err where to report that it cannot be deleted
 */
public record ScratchFolder(Path path, PrintWriter err) implements AutoCloseable {
  /** The sources of peers and the output of programs take less than this. */
  private static final int LEAST_FREE_MEGABYTES = 8;

  /**
   * Makes a folder.
   *
   * @param parent the system's temporary folder
   * @throws FileRefusedException if the parent does not exist, cannot be written or is full; runs
   *     would fail for that reason alone
   */
  public static ScratchFolder make(Path parent, PrintWriter err) throws FileRefusedException {
    try {
      long freeMegabytes = Files.getFileStore(parent).getUsableSpace() >> 20;
      if (freeMegabytes < LEAST_FREE_MEGABYTES) {
        throw new FileRefusedException(
            "the temporary folder must have "
                + LEAST_FREE_MEGABYTES
                + " MB free: "
                + freeMegabytes
                + " MB in "
                + parent);
      }
      return new ScratchFolder(Files.createTempDirectory(parent, "tourbillon"), err);
    } catch (FileRefusedException full) {
      throw full;
    } catch (IOException failure) {
      throw new FileRefusedException(
          "the temporary folder must be one that can be written (java.io.tmpdir): "
              + parent
              + ": "
              + OneLine.cause(failure));
    }
  }

  /** Only reports a failure to delete, because the measurements are still valid. */
  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> innermostFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : innermostFirst) {
        Files.delete(file);
      }
    } catch (IOException failure) {
      err.println("a temporary folder could not be deleted: " + OneLine.causeWithFile(failure));
      err.flush();
    }
  }
}
