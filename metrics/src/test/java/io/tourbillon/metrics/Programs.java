package io.tourbillon.metrics;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** External programs that tests with the tag {@code programs} need. */
final class Programs {
  private Programs() {}

  /**
   * Finds a program on the PATH. Fails the test if the program is missing.
   *
   * @param names the names of the program on different systems; the first one that exists is used
   */
  static Path find(String debianPackage, String... names) {
    for (String name : names) {
      for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
        Path program = Path.of(folder, name);
        if (Files.isExecutable(program)) {
          return program;
        }
      }
    }
    throw new AssertionError(
        "there must be a "
            + names[0]
            + " on the PATH; Debian has it in the package "
            + debianPackage);
  }
}
