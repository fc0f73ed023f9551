package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.TestProcess;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CompareCommandTest {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void compare_oneScenario_measuresWritesAndTells() throws IOException {
    int exitCode =
        run(
            "compare",
            "--quick",
            "--scenario=timer-memory",
            "--subject=ours-ids,netty-8192",
            "--size=5000",
            "--repeat=2",
            "--heap=256m",
            "--output=" + folder);
    assertEquals(0, exitCode, err::toString);
    Results results = ResultsFile.read(folder.resolve(Comparison.RESULTS));
    assertTrue(results.isComplete());
    assertEquals(4, results.outcomes().size());
    Row ours = Summary.of(results).rows(Scenario.TIMER_MEMORY).getFirst();
    assertEquals(2, ours.spread(Metric.BYTES_EACH).count());
    assertFalse(results.commit().isEmpty());
    assertFalse(results.commit().contains("$"));
    assertTrue(out.toString().contains("| Memory of a pending timer, 5,000: "), out::toString);
    assertTrue(out.toString().contains("quick, so without [lateness, ten-million, netty-512,"));
    assertTrue(Files.exists(folder.resolve(Comparison.PAGE)));
  }

  @Test
  void compare_against_exitsWithOneIfOursGotSlower() throws IOException {
    Path before = folder.resolve("before.json");
    Samples samples =
        new Samples(Scenario.TIMER_MEMORY.full())
            .measured(
                Scenario.TIMER_MEMORY, 5000, TimerKind.OURS_IDS, Metric.BYTES_EACH, 1, 1.1, 1.2);
    ResultsFile.write(samples.results(), before);
    int exitCode =
        run(
            "compare",
            "--scenario=timer-memory",
            "--subject=ours-ids",
            "--size=5000",
            "--repeat=3",
            "--heap=256m",
            "--against=" + before,
            "--output=" + folder.resolve("now"));
    assertEquals(1, exitCode, err::toString);
    assertTrue(
        out.toString().contains("Slower beyond the noise:\n  timer-memory 5000 ours-ids: memory"),
        out::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --scenario nix                             | --scenario must be one of [request-timeouts,
          --subject nix                              | --subject must be one of those in the scenarios, [
          --scenario fire --subject kotlin           | --subject must be one of those in the scenarios, [
          --repeat 0                                 | --repeat must be from 1 to 100: 0
          --repeat 101                               | --repeat must be from 1 to 100: 101
          --heap 8x                                  | Invalid value for option '--heap': a heap must be written as 8g or 512m: 8x
          --heap 1m                                  | --heap must be 64m at least: 1m
          --heap 9000g                               | --heap must leave 1024 of the
          --size 10                                  | --size must come with one --scenario: 9
          --scenario fire --size 0                   | --size must be from 1 to 50000000: 0
          --scenario fire --size 50000001            | --size must be from 1 to 50000000: 50000001
          --scenario ten-million --heap 1g           | --heap must be 4200m at least for ten-million with 10000000: 1024m
          --scenario ten-million --quick             | --quick must leave out what takes long, or come with --size: ten-million
          --scenario idle --size 2                   | --size must be 1 for idle: [2]
          --output /dev/null                         | --output must be a folder: /dev/null
          --against absent.json                      | --against: there must be a file of results: absent.json
          """)
  void compare_badInput_isRefusedBeforeAnythingIsMeasured(String arguments, String message) {
    String[] words = ("compare " + arguments).split(" ", -1);
    assertEquals(CommandLine.ExitCode.USAGE, run(words));
    assertTrue(err.toString().startsWith(message), err::toString);
    assertEquals("", out.toString());
  }

  @Test
  void compare_folderWithResults_isRefused() throws IOException {
    Files.createFile(folder.resolve(Comparison.RESULTS));
    assertEquals(CommandLine.ExitCode.USAGE, run("compare", "--output", folder.toString()));
    assertTrue(err.toString().startsWith("--output must be a folder without results: " + folder));
  }

  @Test
  void list_namesEveryScenarioAndSubject() {
    assertEquals(0, run("compare", "--list"));
    for (Scenario scenario : Scenario.values()) {
      assertTrue(out.toString().contains(scenario.id()));
    }
    assertTrue(out.toString().contains("netty-65536 "));
  }

  /** As a terminal does: the whole group of processes is told, in the middle of the second run. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void ctrlC_keepsWhatWasMeasuredAndLeavesNothingElseBehind() throws Exception {
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    Process process =
        TestProcess.start(
            new ProcessBuilder(
                    "setsid",
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Djava.io.tmpdir=" + scratch,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "compare",
                    "--scenario=idle",
                    "--subject=ours-ids",
                    "--heap=256m",
                    "--repeat=50",
                    "--output=" + folder)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("printed").toFile()));
    try {
      Path file = folder.resolve(Comparison.RESULTS);
      while (!Files.exists(file)) {
        assertTrue(process.isAlive(), () -> read(folder.resolve("printed")));
        TimeUnit.MILLISECONDS.sleep(20);
      }
      TimeUnit.SECONDS.sleep(1);
      assertEquals(
          0, new ProcessBuilder("kill", "-INT", "--", "-" + process.pid()).start().waitFor());
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
      assertEquals(130, process.exitValue(), () -> read(folder.resolve("printed")));
      Results results = ResultsFile.read(file);
      assertEquals(50, results.outcomes().size());
      assertNotNull(results.outcomes().getFirst().measurement());
      for (Outcome outcome : results.outcomes()) {
        assertTrue(
            outcome.measurement() != null || "the comparison was stopped".equals(outcome.reason()),
            outcome::toString);
      }
      assertTrue(Files.exists(folder.resolve(Comparison.PAGE)));
      assertTrue(read(folder.resolve("printed")).contains("| Idle: wake-ups a second "));
      try (Stream<Path> left = Files.list(scratch)) {
        assertEquals(
            List.of(), left.filter(entry -> entry.toString().contains("compare")).toList());
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
