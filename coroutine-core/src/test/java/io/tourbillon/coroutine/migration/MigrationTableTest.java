package io.tourbillon.coroutine.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Compares the tables of {@code MIGRATION.md} with the tests of the pages. A row has three cells:
 * what users of the other system know, the equivalent here, and a link whose text is the name of a
 * test and whose target is the file with that test.
 */
class MigrationTableTest {
  private static final Path DOCUMENT = Path.of("MIGRATION.md");

  /** Splits a line at the bars that are not part of a cell's text. */
  private static final Pattern BAR = Pattern.compile("(?<!\\\\)\\|");

  private static final Pattern SECTION = Pattern.compile("(?m)^## ");

  private static final Pattern LINK = Pattern.compile("\\[(\\w+)]\\(([^)]+)\\)");

  /** A test, as the target of the link and the name. */
  private record Row(String file, String test) implements Comparable<Row> {
    @Override
    public int compareTo(Row other) {
      return toString().compareTo(other.toString());
    }
  }

  @Test
  void document_hasOneRowForEachTest_andNoOther() throws IOException {
    assertEquals(testsOfThePages(), rowsOf(Files.readString(DOCUMENT)));
  }

  @Test
  void document_linksToFilesThatExist() throws IOException {
    for (Row row : rowsOf(Files.readString(DOCUMENT))) {
      assertTrue(Files.isRegularFile(Path.of(row.file())), () -> "no such file: " + row);
    }
  }

  @Test
  void document_hasTheRowsOfAPageInOneSection() throws IOException {
    for (String section : sectionsOf(Files.readString(DOCUMENT))) {
      List<String> pages = rowsOf(section).stream().map(Row::file).distinct().toList();
      assertEquals(1, pages.size(), () -> "pages of one section: " + pages);
    }
  }

  @Test
  void document_withoutARow_isRefused() throws IOException {
    assertDiffersIf(text -> text.replaceFirst("(?m)^.*\\[errgroup_withALimit].*$\\R", ""));
  }

  @Test
  void document_withARowTwice_isRefused() throws IOException {
    assertDiffersIf(text -> text.replaceFirst("(?m)(^.*\\[errgroup_withALimit].*$\\R)", "$1$1"));
  }

  @Test
  void document_withAnUnknownTest_isRefused() throws IOException {
    assertDiffersIf(text -> text.replace("[errgroup_withALimit]", "[errgroup_withoutALimit]"));
  }

  @Test
  void document_withALinkToAnotherFile_isRefused() throws IOException {
    assertDiffersIf(
        text ->
            text.replaceFirst(
                "(\\[errgroup_withALimit]\\([^)]*)ComingFromGoTest", "$1ComingFromTest"));
  }

  /** Requires that the comparison notices a change of the document. */
  private static void assertDiffersIf(UnaryOperator<String> change) throws IOException {
    String document = Files.readString(DOCUMENT);
    String changed = change.apply(document);
    assertNotEquals(document, changed, "the change must change the document");
    assertNotEquals(testsOfThePages(), rowsOf(changed));
  }

  private static List<Row> testsOfThePages() {
    return new ClassFileImporter()
        .importPackagesOf(MigrationPage.class).stream()
            .filter(each -> each.isAssignableTo(MigrationPage.class))
            .map(each -> each.reflect())
            .flatMap(page -> Arrays.stream(page.getDeclaredMethods()))
            .filter(method -> method.isAnnotationPresent(Test.class))
            .map(test -> new Row(fileOf(test.getDeclaringClass()), test.getName()))
            .sorted()
            .toList();
  }

  private static String fileOf(Class<?> page) {
    return "src/test/java/" + page.getName().replace('.', '/') + ".java";
  }

  private static List<String> sectionsOf(String document) {
    return SECTION.splitAsStream(document).skip(1).toList();
  }

  /** Returns the rows of all tables, sorted; a row that is there twice is returned twice. */
  private static List<Row> rowsOf(String document) {
    List<Row> rows = new ArrayList<>();
    for (String line : document.lines().filter(each -> each.startsWith("|")).toList()) {
      String[] cells = BAR.split(line, -1);
      assertEquals(5, cells.length, () -> "a row has three cells between bars: " + line);
      var link = LINK.matcher(cells[3].strip());
      if (link.matches()) {
        assertTrue(
            !cells[1].isBlank() && !cells[2].isBlank(),
            () -> "the cells of a row say something: " + line);
        rows.add(new Row(link.group(2), link.group(1)));
      } else {
        assertTrue(
            cells[3].strip().equals("test") || line.equals("|---|---|---|"),
            () -> "the third cell must be a link to a test: " + line);
      }
    }
    return rows.stream().sorted().toList();
  }
}
