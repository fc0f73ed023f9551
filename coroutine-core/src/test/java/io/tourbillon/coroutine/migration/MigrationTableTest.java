package io.tourbillon.coroutine.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table for those who come from elsewhere, in the package documentation, against the pages. A
 * cell says {@code Go: WaitGroup, context.WithTimeout; Trio: fail_after}; and each of these is the
 * first part of the name of a test on the page of that system, but for case and what is no letter.
 */
class MigrationTableTest {
  private static final Path DOCUMENTATION =
      Path.of("src/main/java/io/tourbillon/coroutine/package-info.java");

  @Test
  void table_namesWhatThePagesShow_andNothingElse() throws IOException {
    assertEquals(lines(shown()), lines(named(Files.readString(DOCUMENTATION))));
  }

  /** The test above would see it. */
  @Test
  void table_thatLacksOne_isNotTheSame() throws IOException {
    String rotten = Files.readString(DOCUMENTATION).replace("errgroup", "");
    assertThrows(AssertionError.class, () -> assertEquals(lines(shown()), lines(named(rotten))));
  }

  /** What there are tests for: the system and the tool of each. */
  private static SortedSet<String> shown() {
    return new ClassFileImporter()
        .importPackagesOf(MigrationPage.class).stream()
            .filter(each -> each.isAssignableTo(MigrationPage.class))
            .map(each -> each.reflect())
            .flatMap(page -> Arrays.stream(page.getDeclaredMethods()))
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(
                test ->
                    plain(
                            test.getDeclaringClass()
                                .getSimpleName()
                                .replaceAll("ComingFrom|Test", ""))
                        + " "
                        + plain(test.getName().replaceFirst("_.*", "")))
            .collect(Collectors.toCollection(TreeSet::new));
  }

  /** What the third cells of all rows name. */
  private static SortedSet<String> named(String documentation) {
    return Pattern.compile("<tr><td>[^<]*<td>[^<]*<td>([^<]*)")
        .matcher(documentation.replaceAll("\n \\*", ""))
        .results()
        .flatMap(row -> Arrays.stream(row.group(1).split(";")))
        .flatMap(MigrationTableTest::toolsOf)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Of {@code System: tool, tool}. */
  private static Stream<String> toolsOf(String systemAndTools) {
    List<String> parts = List.of(systemAndTools.split(":"));
    return Arrays.stream(parts.getLast().split(","))
        .map(tool -> plain(parts.getFirst()) + " " + plain(tool));
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  private static String lines(SortedSet<String> names) {
    return String.join("\n", names);
  }
}
