package io.tourbillon.bench.durable;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the programs of PostgreSQL are: Debian puts those of a server beside the PATH. */
final class PostgresPrograms {
  private static final Path PACKAGES = Path.of("/usr/lib/postgresql");

  private PostgresPrograms() {}

  /** The folder with {@code initdb} and {@code postgres}, of the newest version, or null. */
  static @Nullable Path folder() {
    return folder(PACKAGES, Objects.requireNonNullElse(System.getenv("PATH"), ""));
  }

  static @Nullable Path folder(Path packages, String path) {
    Stream<Path> onPath =
        Stream.of(path.split(File.pathSeparator, -1))
            .filter(entry -> !entry.isEmpty())
            .map(Path::of);
    return Stream.concat(ofPackages(packages).stream(), onPath)
        .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
        .filter(folder -> Files.isExecutable(folder.resolve("postgres")))
        .findFirst()
        .orElse(null);
  }

  private static List<Path> ofPackages(Path packages) {
    if (!Files.isDirectory(packages)) {
      return List.of();
    }
    try (Stream<Path> versions = Files.list(packages)) {
      return versions
          .filter(version -> version.getFileName().toString().matches("\\d{1,4}"))
          .sorted(
              Comparator.comparingInt(
                      (Path version) -> Integer.parseInt(version.getFileName().toString()))
                  .reversed())
          .map(version -> version.resolve("bin"))
          .toList();
    } catch (IOException unreadable) {
      return List.of();
    }
  }
}
