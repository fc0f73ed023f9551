package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of libraries in README is that of the recipes and their tests. */
class RecipesTest {
  private static final Path README = Path.of("..", "..", "README.md");
  private static final Path MAIN = Path.of("src", "main");
  private static final Path TESTS = Path.of("src", "test", "java", "io", "tourbillon", "adoption");

  /** A row: the library, and the line in the second cell. */
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| \\[([\\w ]+)]\\([^)]+\\) \\| `([^`]+)` \\|(?: [^|]+ \\|){2}$");

  private static final Pattern RECIPE = Pattern.compile("(\\w+)Recipe\\.(?:java|kt)");

  @Test
  void table_hasARowForEachRecipe_andNoOther() throws IOException {
    assertEquals(recipes().navigableKeySet(), rows(Files.readString(README)).navigableKeySet());
  }

  @Test
  void recipes_haveATestEach() throws IOException {
    for (Path recipe : recipes().values()) {
      String test = recipe.getFileName().toString().replaceAll("Recipe\\.\\w+", "Test.java");
      String text = Files.readString(TESTS.resolve(test));
      assertTrue(text.contains("extends AdoptionTest"), test);
      assertTrue(text.contains("@ParameterizedTest"), test);
    }
  }

  @Test
  void lines_ofTheTable_areThoseOfTheRecipes() throws IOException {
    NavigableMap<String, Path> recipes = recipes();
    rows(Files.readString(README))
        .forEach((library, line) -> assertTrue(contains(recipes.get(library), line), line));
  }

  @Test
  void table_withoutALibrary_isRefused() throws IOException {
    String changed = Files.readString(README).replaceFirst("(?m)^\\| \\[Lettuce].*$\\R", "");
    assertNotEquals(recipes().navigableKeySet(), rows(changed).navigableKeySet());
  }

  @Test
  void line_thatNoRecipeHas_isRefused() throws IOException {
    String line = rows(Files.readString(README)).get("lettuce");
    assertTrue(!contains(recipes().get("lettuce"), line.replace("NettyTimer", "Timer")));
  }

  /** Whether a source has a line of code, whatever its line breaks. */
  private static boolean contains(Path source, String line) {
    try {
      return withoutSpace(Files.readString(source)).contains(withoutSpace(line));
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static String withoutSpace(String code) {
    return code.replaceAll("\\s", "");
  }

  private static String key(String library) {
    return library.toLowerCase(Locale.ROOT).replace("cp", "");
  }

  private static NavigableMap<String, String> rows(String document) {
    NavigableMap<String, String> rows = new TreeMap<>();
    ROW.matcher(document)
        .results()
        .forEach(
            row ->
                assertEquals(
                    null, rows.put(key(row.group(1)), row.group(2)), "a row that is there twice"));
    return rows;
  }

  private static NavigableMap<String, Path> recipes() throws IOException {
    NavigableMap<String, Path> recipes = new TreeMap<>();
    try (Stream<Path> files = Files.walk(MAIN)) {
      for (Path file : files.toList()) {
        var recipe = RECIPE.matcher(file.getFileName().toString());
        if (recipe.matches()) {
          recipes.put(key(recipe.group(1)), file);
        }
      }
    }
    return recipes;
  }
}
