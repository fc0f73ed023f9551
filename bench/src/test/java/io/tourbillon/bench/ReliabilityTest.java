package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** RELIABILITY names tests that exist, says when they run, and has commands that work. */
class ReliabilityTest {
  private static final Path ROOT = Path.of("..");
  private static final Path DOCUMENT = Path.of("RELIABILITY.md");

  /** A row of a table: promise, test, module, and when it runs. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (.+) \\| `(\\w+)` \\| ([\\w/-]+) \\| ([\\w, ]+) \\|$");

  private static final Pattern COMMAND = Pattern.compile("`?(mvn verify[^`#\\n]*)");
  private static final Pattern OPTION = Pattern.compile("-(P|pl |Dtest=)([\\w/,-]+)");
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");
  private static final Pattern TAG = Pattern.compile("@Tag\\(\"(long|programs)\"\\)");

  @Test
  void rows_nameTestsOfTheirModules_andWhenTheyRun() throws IOException {
    List<MatchResult> rows = rows(Files.readString(DOCUMENT));
    assertTrue(rows.size() > 40, () -> rows.size() + " rows");
    List<String> expected = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (MatchResult row : rows) {
      expected.add(row.group(2) + " of " + row.group(3) + ": " + row.group(4));
      found.add(
          row.group(2) + " of " + row.group(3) + ": " + whenItRuns(row.group(3), row.group(2)));
    }
    assertEquals(String.join("\n", found), String.join("\n", expected));
  }

  @Test
  void row_ofATestThatIsNot_isRefused() throws IOException {
    assertEquals("absent", whenItRuns("timer-core", "NoSuchTest"));
    assertEquals("absent", whenItRuns("metrics", "RandomTimersTest"));
    assertNotEquals("build", whenItRuns("coroutine-core", "MillionTest"));
  }

  @Test
  void commands_nameModulesProfilesAndTestsThatExist() throws IOException {
    String poms = Files.readString(ROOT.resolve("pom.xml"));
    List<String> commands =
        COMMAND.matcher(Files.readString(DOCUMENT)).results().map(found -> found.group(1)).toList();
    assertTrue(commands.size() > 2, commands::toString);
    for (String command : commands) {
      for (MatchResult option : OPTION.matcher(command).results().toList()) {
        for (String name : option.group(2).split(",", -1)) {
          assertTrue(exists(option.group(1), name, poms), () -> name + " in " + command);
        }
      }
    }
  }

  private static boolean exists(String option, String name, String poms) throws IOException {
    return switch (option) {
      case "P" -> poms.contains("<id>" + name + "</id>");
      case "pl " -> name.equals("MODULE") || poms.contains("<module>" + name + "</module>");
      default -> name.equals("NAME") || isTest(name, poms);
    };
  }

  private static boolean isTest(String name, String poms) throws IOException {
    for (MatchResult module : MODULE.matcher(poms).results().toList()) {
      Path sources = ROOT.resolve(module.group(1)).resolve("src");
      if (Files.exists(sources) && !sourcesOf(sources, name).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private static List<MatchResult> rows(String document) {
    return ROW.matcher(document).results().toList();
  }

  /** Returns what the tags of a test say; a test whose class has a tag has no other form. */
  private static String whenItRuns(String module, String test) throws IOException {
    List<Path> sources = sourcesOf(ROOT.resolve(module).resolve("src"), test);
    if (sources.size() != 1) {
      return "absent";
    }
    String source = Files.readString(sources.getFirst());
    String beforeTheClass = source.substring(0, source.indexOf("class " + test));
    Set<String> ofTheClass = tagsIn(beforeTheClass);
    if (!ofTheClass.isEmpty()) {
      return String.join(", ", ofTheClass);
    }
    return Stream.concat(Stream.of("build"), tagsIn(source).stream())
        .collect(Collectors.joining(", "));
  }

  private static Set<String> tagsIn(String source) {
    return TAG.matcher(source)
        .results()
        .map(tag -> tag.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Path> sourcesOf(Path folder, String test) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.endsWith(test + ".java") && file.toString().contains("test"))
          .toList();
    }
  }
}
