package io.tourbillon.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The table of dependencies in the README. In the column "brings with it", the names in back quotes
 * are artifacts; those in parentheses are what the one before them brings in its turn.
 */
final class ReadmeDependencies {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(tourbillon-[\\w-]+)` \\|([^|]*)\\|([^|]*)\\|$");

  private static final Pattern NAME = Pattern.compile("`([a-z][\\w.-]+|HdrHistogram)`");
  private static final Pattern INDIRECT = Pattern.compile("\\(([^()]*)\\)");

  private ReadmeDependencies() {}

  /** What the rows say of an artifact. */
  record Row(List<String> direct, List<String> indirect, List<String> optional) {}

  static Map<String, Row> rows() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Snippets.README));
    while (row.find()) {
      List<String> indirect = new ArrayList<>();
      Matcher parentheses = INDIRECT.matcher(row.group(2));
      while (parentheses.find()) {
        indirect.addAll(names(parentheses.group(1)));
      }
      rows.put(
          row.group(1),
          new Row(
              names(INDIRECT.matcher(row.group(2)).replaceAll("")), indirect, names(row.group(3))));
    }
    return rows;
  }

  /** Returns the names of all jars that arrive with an artifact, its own among them. */
  static NavigableSet<String> closure(String artifact) throws IOException {
    NavigableSet<String> names = new TreeSet<>();
    add(artifact, rows(), names);
    if (Published.modules().stream().noneMatch(module -> isJar(artifact, module))) {
      names.remove(artifact);
    }
    return names;
  }

  private static boolean isJar(String artifact, String module) {
    try {
      return Published.artifactId(module).equals(artifact)
          && Published.packaging(module).equals("jar");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void add(String artifact, Map<String, Row> rows, NavigableSet<String> names) {
    names.add(artifact);
    Row row = rows.get(artifact);
    if (row != null) {
      names.addAll(row.indirect());
      row.direct().forEach(each -> add(each, rows, names));
    }
  }

  private static List<String> names(String cell) {
    return NAME.matcher(cell).results().map(name -> name.group(1)).toList();
  }
}
