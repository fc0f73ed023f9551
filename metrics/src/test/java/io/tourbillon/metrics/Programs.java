package io.tourbillon.metrics;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Other people's programs, which tests with the tag {@code programs} need. */
final class Programs {
  private Programs() {}

  /**
   * Finds a program on the PATH; where it is absent, the test fails.
   *
   * @param names how it is called, on one system or another; the first one that is there is taken
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
