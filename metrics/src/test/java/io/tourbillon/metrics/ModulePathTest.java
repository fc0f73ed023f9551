package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Compiles a program that is not part of this build against the modules, and runs it in a fresh
 * JVM, on the module path and on the class path.
 */
class ModulePathTest {
  private static final long LIMIT_SECONDS = 60;

  /** What the libraries need at run time, by the beginning of the file names. */
  private static final List<String> NEEDED =
      List.of(
          "tourbillon-",
          "HdrHistogram",
          "jctools-core",
          "jspecify",
          "micrometer-",
          "prometheus-metrics-",
          "jetty-",
          "chart.js",
          "slf4j-api");

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "HANDOFF, ",
    "VIRTUAL_THREAD, --add-opens=java.base/java.lang=",
    "CONTINUATION, --add-exports=java.base/jdk.internal.vm=",
  })
  void program_onTheModulePath_hasAllThatTheModulesExport(String engine, String flag)
      throws Exception {
    Path compiled = compiled(true);
    List<String> command = java();
    if (flag != null) {
      command.add(flag + "io.tourbillon.coroutine");
    }
    command.addAll(
        List.of(
            "--module-path",
            path(Stream.concat(Stream.of(compiled.toString()), needed())),
            "--add-modules",
            "org.eclipse.jetty.server",
            "--module",
            "consumer/consumer.Main",
            engine));
    assertEquals(expected("consumer"), run(command));
  }

  @Test
  void program_onTheClassPath_hasTheSame() throws Exception {
    Path compiled = compiled(false);
    List<String> command = java();
    command.addAll(
        List.of(
            "--class-path",
            path(Stream.concat(Stream.of(compiled.toString()), needed())),
            "consumer.Main",
            "PLAIN_THREAD"));
    assertEquals(expected("null"), run(command));
  }

  private static String expected(String module) {
    return """
    module: %s
    timers: true
    coroutine: delayed
    metrics: true
    page: true
    chart: true
    """
        .formatted(module);
  }

  private Path compiled(boolean asModule) throws Exception {
    Path sources = Files.createDirectories(folder.resolve("sources"));
    Path compiled = folder.resolve("classes");
    List<String> command = new ArrayList<>();
    command.add(tool("javac"));
    command.addAll(List.of("-Xlint:all,-requires-automatic", "-Werror", "-proc:none"));
    command.addAll(List.of("-d", compiled.toString()));
    command.addAll(List.of(asModule ? "--module-path" : "--class-path", path(needed())));
    command.add(copied(sources, "Main.java"));
    if (asModule) {
      command.add(copied(sources, "module-info.java"));
    }
    assertEquals("", run(command));
    return compiled;
  }

  private static String copied(Path sources, String name) throws IOException {
    try (InputStream text =
        Objects.requireNonNull(
            ModulePathTest.class.getResourceAsStream("/consumer/" + name + ".txt"))) {
      Path copy = sources.resolve(name);
      Files.write(copy, text.readAllBytes());
      return copy.toString();
    }
  }

  private static Stream<String> needed() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> NEEDED.stream().anyMatch(fileName(entry)::startsWith));
  }

  /** Returns the name of a file; for a folder of classes, the name that its jar would have. */
  private static String fileName(String entry) {
    Path path = Path.of(entry);
    return path.endsWith(Path.of("target", "classes"))
        ? "tourbillon-" + path.getParent().getParent().getFileName()
        : path.getFileName().toString();
  }

  private static String path(Stream<String> entries) {
    return entries.collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> java() {
    return new ArrayList<>(List.of(tool("java")));
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }

  /** Runs a command and returns its output, without the warnings of the JVM. */
  private String run(List<String> command) throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Path errors = folder.resolve("errors.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
      String said = Files.readString(output, StandardCharsets.UTF_8);
      String warned = Files.readString(errors, StandardCharsets.UTF_8);
      assertTrue(ended, () -> command + " takes too long: " + said + warned);
      assertEquals(0, process.exitValue(), () -> command + ": " + said + warned);
      return said;
    } finally {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }
  }
}
