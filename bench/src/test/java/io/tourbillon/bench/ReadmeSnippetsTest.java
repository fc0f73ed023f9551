package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of the README run, and it names our modules as they are. */
class ReadmeSnippetsTest {
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<groupId>io.tourbillon</groupId>\\s*<artifactId>([\\w-]+)</artifactId>"
              + "[^\\n]*\\s*<version>([^<]+)</version>");

  @Test
  void timers_run(@TempDir Path folder) throws Exception {
    Snippets.requireToRun(snippetBelow("Timers"), folder);
  }

  @Test
  void durableTimers_run(@TempDir Path folder) throws Exception {
    Snippets.requireToRun(snippetBelow("Timers that survive the process"), folder);
  }

  @Test
  void coroutines_run(@TempDir Path folder) throws Exception {
    Snippets.requireToRun(snippetBelow("Coroutines"), folder);
  }

  @Test
  void metrics_run(@TempDir Path folder) throws Exception {
    Snippets.requireToRun(snippetBelow("Metrics"), folder);
  }

  @Test
  void snippets_areThoseThatTheTestsRun() throws IOException {
    assertEquals(
        List.of("Timers", "Timers that survive the process", "Coroutines", "Metrics"),
        List.copyOf(Snippets.of(Snippets.README).keySet()));
  }

  @Test
  void snippet_thatDoesNotCompile_isRefused(@TempDir Path folder) throws IOException {
    String broken = snippetBelow("Timers").replace("reschedule", "rescedule");
    assertThrows(AssertionError.class, () -> Snippets.requireToRun(broken, folder));
  }

  @Test
  void snippet_thatPrintsSomethingElse_isRefused(@TempDir Path folder) throws IOException {
    String broken = snippetBelow("Timers").replace("prints default", "prints something else");
    assertThrows(AssertionError.class, () -> Snippets.requireToRun(broken, folder));
  }

  @Test
  void dependencies_areOurModules() throws IOException {
    String parent = Files.readString(Path.of("..", "pom.xml"));
    for (String module : List.of("timer-core", "coroutine-core", "metrics")) {
      String pom = Files.readString(Path.of("..", module, "pom.xml"));
      List<MatchResult> named =
          DEPENDENCY
              .matcher(Files.readString(Snippets.README))
              .results()
              .filter(dependency -> dependency.group(1).equals("tourbillon-" + module))
              .toList();
      assertEquals(1, named.size(), "dependencies on " + module);
      MatchResult dependency = named.getFirst();
      assertTrue(pom.contains("<artifactId>" + dependency.group(1) + "</artifactId>"));
      assertTrue(parent.contains("<version>" + dependency.group(2) + "</version>"));
    }
  }

  private static String snippetBelow(String heading) throws IOException {
    return Snippets.of(Snippets.README).getOrDefault(heading, "no snippet below " + heading);
  }
}
