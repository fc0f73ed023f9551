package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs each Java program of the README in a JVM of its own, with the flag that the README gives for
 * the environment. A comment {@code prints X} at the end of a line says that the program prints X.
 */
class ReadmeSnippetsTest {
  private static final Path README = Path.of("..", "README.md");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\R(.*?)^```$");
  private static final Pattern PRINTS = Pattern.compile("(?m)// prints (.*)$");
  private static final Pattern ENVIRONMENT =
      Pattern.compile("(?m)^export (JDK_JAVA_OPTIONS)=\"(.*)\"$");
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<groupId>io.tourbillon</groupId>\\s*<artifactId>([\\w-]+)</artifactId>"
              + "[^\\n]*\\s*<version>([^<]+)</version>");

  @Test
  void timers_run(@TempDir Path folder) throws Exception {
    requireToRun(snippetBelow("Timers"), folder);
  }

  @Test
  void coroutines_run(@TempDir Path folder) throws Exception {
    requireToRun(snippetBelow("Coroutines"), folder);
  }

  @Test
  void metrics_run(@TempDir Path folder) throws Exception {
    requireToRun(snippetBelow("Metrics"), folder);
  }

  @Test
  void snippets_areThoseThatTheTestsRun() throws IOException {
    assertEquals(List.of("Timers", "Coroutines", "Metrics"), List.copyOf(snippets().keySet()));
  }

  @Test
  void snippet_thatDoesNotCompile_isRefused(@TempDir Path folder) throws IOException {
    String broken = snippetBelow("Timers").replace("reschedule", "rescedule");
    assertThrows(AssertionError.class, () -> requireToRun(broken, folder));
  }

  @Test
  void snippet_thatPrintsSomethingElse_isRefused(@TempDir Path folder) throws IOException {
    String broken = snippetBelow("Timers").replace("prints default", "prints something else");
    assertThrows(AssertionError.class, () -> requireToRun(broken, folder));
  }

  @Test
  void dependencies_areOurModules() throws IOException {
    String parent = Files.readString(Path.of("..", "pom.xml"));
    for (String module : List.of("timer-core", "coroutine-core", "metrics")) {
      String pom = Files.readString(Path.of("..", module, "pom.xml"));
      List<MatchResult> named =
          DEPENDENCY
              .matcher(Files.readString(README))
              .results()
              .filter(dependency -> dependency.group(1).equals("tourbillon-" + module))
              .toList();
      assertEquals(1, named.size(), "dependencies on " + module);
      MatchResult dependency = named.getFirst();
      assertTrue(pom.contains("<artifactId>" + dependency.group(1) + "</artifactId>"));
      assertTrue(parent.contains("<version>" + dependency.group(2) + "</version>"));
    }
  }

  private static void requireToRun(String snippet, Path folder)
      throws IOException, InterruptedException {
    Path source = folder.resolve("Try.java");
    Files.writeString(source, snippet);
    Program.End end =
        Program.run(
            List.of(
                "env",
                environment(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                everythingOnThePath(),
                source.toString()));
    assertEquals(0, end.exitCode(), end::err);
    assertFalse(end.err().contains("HANDOFF"), end::err);
    List<String> printed = end.out().lines().toList();
    PRINTS
        .matcher(snippet)
        .results()
        .forEach(line -> assertTrue(printed.contains(line.group(1)), end::out));
  }

  private static String snippetBelow(String heading) throws IOException {
    return snippets().getOrDefault(heading, "no snippet below " + heading);
  }

  /** Returns the programs by the heading that each stands below, in the order of the README. */
  private static Map<String, String> snippets() throws IOException {
    String readme = Files.readString(README);
    Map<String, String> snippets = new LinkedHashMap<>();
    SNIPPET
        .matcher(readme)
        .results()
        .forEach(
            snippet -> {
              String before = snippets.put(headingAbove(readme, snippet), snippet.group(1));
              assertEquals(null, before, "a heading has one snippet at most");
            });
    return snippets;
  }

  private static String headingAbove(String readme, MatchResult snippet) {
    return HEADING
        .matcher(readme.substring(0, snippet.start()))
        .results()
        .toList()
        .getLast()
        .group(1);
  }

  private static String environment() throws IOException {
    MatchResult line =
        ENVIRONMENT.matcher(Files.readString(README)).results().findFirst().orElseThrow();
    return line.group(1) + "=" + line.group(2);
  }

  /** Whether the tests run on the class path or, in part, on the module path. */
  private static String everythingOnThePath() {
    return Stream.of("java.class.path", "jdk.module.path")
        .map(System::getProperty)
        .filter(path -> path != null && !path.isEmpty())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
