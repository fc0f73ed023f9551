package io.tourbillon.bench.compare;

import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes pages, and never over results: those took hours, and a page is made in a second. */
final class PageFile {
  private PageFile() {}

  /**
   * Says what will keep a page from being written.
   *
   * @param kind what it is called, as in {@code --output}
   * @throws FileRefusedException if it cannot be written, or results stand in its place, by
   *     whatever name or link
   */
  static void requireWritable(Path file, String kind) throws FileRefusedException {
    OutputFile.requireWritable(file, kind);
    if (Files.exists(file) && isResults(file)) {
      throw new FileRefusedException(kind + " must be another file than results: " + file);
    }
  }

  /**
   * Writes one.
   *
   * @throws FileRefusedException if it cannot be written, or results stand in its place
   */
  static void write(Results results, Path file, String kind) throws FileRefusedException {
    requireWritable(file, kind);
    OutputFile.write(file, kind, Page.render(results));
  }

  /** What cannot be read is not overwritten, either. */
  private static boolean isResults(Path file) {
    try {
      return ResultsFile.isLikely(file);
    } catch (IOException unreadable) {
      return true;
    }
  }
}
