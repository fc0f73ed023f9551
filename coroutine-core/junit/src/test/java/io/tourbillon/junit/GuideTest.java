package io.tourbillon.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The test classes of the guide compile, and their tests end as their comments say. */
class GuideTest {
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\R(.*?)^```$");
  private static final Pattern CLASS = Pattern.compile("(?m)^class (\\w+)");
  private static final Pattern TEST =
      Pattern.compile("(?m)void (\\w+)\\(.*\\{\\s*// (?:(passes)|fails: (.*))$");

  /** What an editor would import. */
  private static final String IMPORTS =
      """
      package guide;
      import static org.junit.jupiter.api.Assertions.*;
      import io.tourbillon.coroutine.*;
      import io.tourbillon.coroutine.channel.*;
      import io.tourbillon.coroutine.sync.*;
      import io.tourbillon.coroutine.testkit.*;
      import io.tourbillon.junit.*;
      import io.tourbillon.timer.*;
      import java.io.*;
      import java.time.Duration;
      import java.util.*;
      import java.util.concurrent.*;
      import java.util.concurrent.atomic.*;
      import org.junit.jupiter.api.*;
      import org.junit.jupiter.api.extension.ExtendWith;
      """;

  static Stream<String> snippets() throws IOException {
    return SNIPPET
        .matcher(Files.readString(Path.of("GUIDE.md")))
        .results()
        .map(snippet -> snippet.group(1));
  }

  @TempDir static Path folder;

  @BeforeAll
  static void compile() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String snippet : snippets().toList()) {
      Path source = folder.resolve(nameOf(snippet) + ".java");
      sources.add(Files.writeString(source, IMPORTS + snippet));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options = List.of("-proc:none", "-d", folder.toString());
      boolean done =
          compiler
              .getTask(
                  errors, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertTrue(done, errors::toString);
    }
  }

  private static String nameOf(String snippet) {
    return CLASS.matcher(snippet).results().findFirst().orElseThrow().group(1);
  }

  @ParameterizedTest
  @MethodSource("snippets")
  void testClass_endsAsItSays(String snippet) throws Exception {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
      Trial trial = Trial.of(loader.loadClass("guide." + nameOf(snippet)));
      List<MatchResult> tests = TEST.matcher(snippet).results().toList();
      assertFalse(tests.isEmpty());
      for (MatchResult test : tests) {
        requireEnd(test, snippet, trial);
      }
      assertEquals(
          tests.stream().filter(test -> test.group(3) != null).count(),
          trial.failures().size(),
          trial.failures()::toString);
    }
  }

  private static void requireEnd(MatchResult test, String snippet, Trial trial) {
    if (test.group(3) == null) {
      return; // Counted.
    }
    boolean runs = snippet.contains("@SimulationTest(runs = 100)\n  void " + test.group(1));
    Throwable failure = trial.failureOf(runs ? "run " : test.group(1));
    assertTrue(failure.getMessage().contains(test.group(3).strip()), failure::getMessage);
  }

  @Test
  void comment_thatIsNotTrue_isNoticed() throws IOException {
    String snippet = snippets().findFirst().orElseThrow();
    assertThrows(
        AssertionError.class,
        () -> testClass_endsAsItSays(snippet.replaceFirst("// passes", "// fails: so")));
  }
}
