package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * The Java programs in a document. Each runs in a JVM of its own, with the flag that the README
 * gives for the environment. A comment {@code prints X} at the end of a line says that the program
 * prints X.
 */
final class Snippets {
  static final Path README = Path.of("..", "README.md");

  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```java\\R(.*?)^```$");
  private static final Pattern PRINTS = Pattern.compile("(?m)// prints (.*)$");
  private static final Pattern ENVIRONMENT =
      Pattern.compile("(?m)^export (JDK_JAVA_OPTIONS)=\"(.*)\"$");

  private Snippets() {}

  /** Returns the programs by the heading that each stands below, in the order of the document. */
  static Map<String, String> of(Path document) throws IOException {
    String text = Files.readString(document);
    Map<String, String> snippets = new LinkedHashMap<>();
    SNIPPET
        .matcher(text)
        .results()
        .forEach(
            snippet -> {
              String before = snippets.put(headingAbove(text, snippet), snippet.group(1));
              assertEquals(null, before, "a heading has one snippet at most");
            });
    return snippets;
  }

  private static String headingAbove(String text, MatchResult snippet) {
    return HEADING
        .matcher(text.substring(0, snippet.start()))
        .results()
        .toList()
        .getLast()
        .group(1);
  }

  /** Runs a program and compares what it prints with its comments. */
  static void requireToRun(String snippet, Path folder) throws IOException, InterruptedException {
    Path source = folder.resolve("Try.java");
    Files.writeString(source, snippet);
    String path = everythingOnThePath();
    compile(source, path);
    Program.End end =
        Program.run(
            List.of(
                "env",
                environment(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                folder + File.pathSeparator + path,
                "Try"));
    assertEquals(0, end.exitCode(), end::err);
    assertFalse(end.err().contains("coroutines run on"), end::err);
    List<String> printed = end.out().lines().toList();
    PRINTS
        .matcher(snippet)
        .results()
        .forEach(line -> assertTrue(printed.contains(line.group(1)), end::out));
  }

  /** Compiles here, where the compiler is warm: a new JVM would take most of its time for that. */
  private static void compile(Path source, String path) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
    int exitCode = compiler.run(null, said, said, "-proc:none", "-cp", path, source.toString());
    assertEquals(0, exitCode, () -> said.toString(StandardCharsets.UTF_8));
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
