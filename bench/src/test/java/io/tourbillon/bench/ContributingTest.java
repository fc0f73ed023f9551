package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** CONTRIBUTING names every package of all modules. */
class ContributingTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCUMENT = ROOT.resolve(".github").resolve("CONTRIBUTING.md");

  /** A row of the table: module and package. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| ([\\w/-]+) \\| `(io\\.[\\w.]+)` \\|");

  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  private static final Path SOURCES = Path.of("src", "main", "java");

  @Test
  void table_namesEachPackage_andNoOther() throws IOException {
    assertEquals(lines(packages()), lines(named(Files.readString(DOCUMENT))));
  }

  @Test
  void table_withoutAPackage_isRefused() throws IOException {
    String changed = Files.readString(DOCUMENT).replace("`io.tourbillon.metrics.server`", "");
    assertNotEquals(packages(), named(changed));
  }

  private static NavigableSet<String> named(String document) {
    return ROW.matcher(document)
        .results()
        .map(row -> row.group(1) + " " + row.group(2))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static NavigableSet<String> packages() throws IOException {
    NavigableSet<String> packages = new TreeSet<>();
    List<String> modules =
        MODULE
            .matcher(Files.readString(ROOT.resolve("pom.xml")))
            .results()
            .map(module -> module.group(1))
            .toList();
    for (String module : modules) {
      addPackages(module, ROOT.resolve(module).resolve(SOURCES), packages);
    }
    return packages;
  }

  private static void addPackages(String module, Path sources, NavigableSet<String> packages)
      throws IOException {
    if (!Files.exists(sources)) {
      return; // A module without code, such as the BOM.
    }
    try (Stream<Path> files = Files.walk(sources)) {
      files
          .filter(file -> file.endsWith("package-info.java"))
          .map(file -> sources.relativize(file.resolveSibling("")))
          .map(folder -> module + " " + folder.toString().replaceAll("[/\\\\]", "."))
          .forEach(packages::add);
    }
  }

  private static String lines(NavigableSet<String> packages) {
    return String.join("\n", packages);
  }
}
