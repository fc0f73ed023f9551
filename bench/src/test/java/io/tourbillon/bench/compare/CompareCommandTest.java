package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.Program;
import io.tourbillon.bench.TestProcess;
import io.tourbillon.bench.console.ReportFolder;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
    Results results = ResultsFile.read(folder.resolve(ReportFolder.RESULTS));
    assertTrue(results.isComplete());
    assertEquals(4, results.outcomes().size());
    Row ours = Summary.of(results).rows(Scenario.TIMER_MEMORY).getFirst();
    assertEquals(2, ours.spread(Metric.BYTES_EACH).count());
    assertFalse(results.commit().isEmpty());
    assertFalse(results.commit().contains("$"));
    assertTrue(out.toString().contains("| Memory of a pending timer, 5,000: "), out::toString);
    assertTrue(
        out.toString()
            .contains("quick, so without [lateness, lateness-by-load, ten-million, ping-pong, "));
    assertTrue(Files.exists(folder.resolve(ReportFolder.PAGE)));
  }

  @Test
  @Tag("long")
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
          --size 10                                  | --size must come with one --scenario: 25
          --scenario fire --size 0                   | --size must be from 1 to 50000000: 0
          --scenario fire --size 50000001            | --size must be from 1 to 50000000: 50000001
          --scenario ten-million --heap 1g           | --heap must be 4200m at least for ten-million with 10000000: 1024m
          --scenario ten-million --quick             | --quick must leave out what takes long, or come with --size: ten-million
          --scenario idle --size 2                   | --size must be 1 for idle: [2]
          --scenario mutex --size 65                 | --size is the number of threads, and must be from 1 to 64 for mutex: [65]
          --scenario lateness-by-load --size 96      | --size is the part of a core that is busy, in percent, and must be from 1 to 95 for lateness-by-load: [96]
          --scenario mutex --quick                   | --quick must leave out what takes long, or come with --size: mutex
          --scenario mutex --subject jox             | --subject must be one of those in the scenarios, [
          --output /dev/null                         | --output must be a folder: /dev/null
          --against absent.json                      | --against: there must be a file of results: absent.json
          """)
  void compare_badInput_isRefusedBeforeAnythingIsMeasured(String arguments, String message) {
    String[] words = ("compare " + arguments).split(" ", -1);
    assertEquals(CommandLine.ExitCode.USAGE, run(words));
    assertTrue(err.toString().startsWith(message), err::toString);
    assertEquals("", out.toString());
  }

  /** They are found out before the heap is: nothing may be measured for an hour and then fail. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          outcomes[0].measurement.figures           | null | must be an object: null
          outcomes[0].measurement.figures.bytesEach | null | must be a number from -1.0E18 to 1.0E18: null
          outcomes                                  | null | must be a list: null
          outcomes[0]                               | null | must be an object: null
          outcomes[0].scenario                      | null | must be text: null
          versions.Netty                            | null | must be text: null
          """)
  void compare_againstDamagedResults_isRefusedBeforeAnythingIsMeasured(
      String place, String value, String rule) throws IOException {
    Path before = folder.resolve("before.json");
    ResultsFile.write(
        new Samples(Scenario.TIMER_MEMORY.full())
            .measured(Scenario.TIMER_MEMORY, 5000, TimerKind.OURS_IDS, Metric.BYTES_EACH, 1)
            .results(),
        before);
    Files.writeString(before, Json.replaced(Files.readString(before), place, value));
    assertEquals(
        CommandLine.ExitCode.USAGE,
        run(
            "compare",
            "--scenario=timer-memory",
            "--subject=ours-ids",
            "--size=5000",
            "--heap=256m",
            "--against=" + before,
            "--output=" + folder.resolve("now")));
    assertEquals("--against: " + place + " " + rule + " in " + before, err.toString().strip());
    assertEquals("", out.toString());
    assertTrue(Files.notExists(folder.resolve("now")));
  }

  private int runSmall(Path output, String... more) {
    return run(
        Stream.concat(
                Stream.of(
                    "compare",
                    "--quick",
                    "--scenario=timer-memory",
                    "--subject=ours-ids",
                    "--size=1000",
                    "--heap=256m",
                    "--output=" + output),
                Stream.of(more))
            .toArray(String[]::new));
  }

  @Test
  void compare_pageCanNotBeWritten_showsTheTableAndExitsWithOne() throws IOException {
    Path page = Files.createDirectory(folder.resolve(ReportFolder.PAGE));
    assertEquals(1, runSmall(folder));
    assertTrue(out.toString().contains("| Memory of a pending timer, 1,000: "), out::toString);
    assertTrue(ResultsFile.read(folder.resolve(ReportFolder.RESULTS)).isComplete());
    assertEquals("the page must be a file, not a folder: " + page, err.toString().strip());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "not every user may make links there")
  void compare_pageIsALinkToResults_keepsThoseAndShowsTheTable() throws IOException {
    Path before = folder.resolve("before.json");
    ResultsFile.write(new Samples().results(), before);
    Path page = Files.createSymbolicLink(folder.resolve(ReportFolder.PAGE), before);
    assertEquals(1, runSmall(folder));
    assertTrue(out.toString().contains("| Memory of a pending timer, 1,000: "), out::toString);
    assertEquals(new Samples().results(), ResultsFile.read(before));
    assertEquals("the page must be another file than results: " + page, err.toString().strip());
  }

  /** As on a disk that is full: measuring goes on, and the table is shown. */
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "not every user may make links there")
  void compare_resultsCanNotBeWritten_showsTheTableAndExitsWithOne() throws IOException {
    Path results =
        Files.createSymbolicLink(folder.resolve(ReportFolder.RESULTS), folder.resolve("absent"));
    assertEquals(1, runSmall(folder, "--repeat=2"));
    assertTrue(out.toString().contains("| Memory of a pending timer, 1,000: "), out::toString);
    String refusal = "a file of results must not be a link to nothing: " + results;
    assertEquals(
        List.of(refusal + "; it is tried again after each run", refusal),
        err.toString().lines().toList());
  }

  @Test
  void compare_scenarioNamedTwice_isMeasuredOnce() throws IOException {
    assertEquals(0, runSmall(folder, "--scenario=timer-memory"), err::toString);
    assertEquals(1, ResultsFile.read(folder.resolve(ReportFolder.RESULTS)).outcomes().size());
  }

  @Test
  void compare_folderWithinAFile_isRefusedAndLeavesNothingBehind() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals(CommandLine.ExitCode.USAGE, runSmall(file.resolve("folder")));
    assertTrue(
        err.toString().startsWith("--output must be a folder that can be written: " + file),
        err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  /** A folder in which not even root can make another. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void compare_folderThatCanNotBeWritten_isRefused() {
    assertEquals(CommandLine.ExitCode.USAGE, runSmall(Path.of("/proc/self/folder")));
    assertTrue(
        err.toString().startsWith("--output must be a folder that can be written: /proc/self/"),
        err::toString);
    assertEquals(1, err.toString().lines().count(), err::toString);
  }

  @Test
  void compare_temporaryFolderIsMissing_isRefusedAndLeavesNothingBehind() {
    String temporary = System.getProperty("java.io.tmpdir");
    Path absent = folder.resolve("absent");
    System.setProperty("java.io.tmpdir", absent.toString());
    try {
      assertEquals(CommandLine.ExitCode.USAGE, runSmall(folder.resolve("now")));
    } finally {
      System.setProperty("java.io.tmpdir", temporary);
    }
    assertEquals(
        "the temporary folder must be one that can be written (java.io.tmpdir): "
            + absent
            + ": no such file or folder",
        err.toString().strip());
    assertTrue(Files.notExists(folder.resolve("now")));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void compare_temporaryFolderIsFull_isRefusedAndLeavesNothingBehind() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(Program.canMount(disk), "only root can mount a disk of memory");
    String script = "mount -t tmpfs -o size=64k tmpfs '" + disk + "' && exec \"$@\"";
    List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", script, "sh"));
    command.addAll(
        Program.command(
            List.of("-Djava.io.tmpdir=" + disk),
            "compare",
            "--quick",
            "--subject=ours-ids",
            "--heap=256m",
            "--output=" + folder.resolve("now")));
    Program.End end = Program.run(command);
    assertEquals(2, end.exitCode(), end.err());
    assertEquals("the temporary folder must have 8 MB free: 0 MB in " + disk, end.err().strip());
    assertTrue(Files.notExists(folder.resolve("now")));
  }

  @Test
  void compare_folderWithResults_isRefused() throws IOException {
    Files.createFile(folder.resolve(ReportFolder.RESULTS));
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

  /**
   * While a compiler runs, which takes its time. A terminal tells the whole group of processes, and
   * then it may end before this program is told; a kill tells the program alone.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @EnabledOnOs(OS.LINUX)
  void ctrlC_beforeAnythingIsMeasured_exitsWith130AndLeavesNothingBehind(boolean group)
      throws Exception {
    Path scratch = Files.createDirectory(folder.resolve("scratch"));
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path go =
        Files.writeString(
            bin.resolve("go"), "#!/bin/sh\ntouch '" + scratch + "/begun'\nexec sleep 100\n");
    assertTrue(go.toFile().setExecutable(true));
    Path now = folder.resolve("a").resolve("b");
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(
        Program.command(
            List.of("-Djava.io.tmpdir=" + scratch),
            "compare",
            "--quick",
            "--subject=go,ours-ids",
            "--heap=256m",
            "--output=" + now));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("printed").toFile());
    builder.environment().compute("PATH", (name, path) -> bin + ":" + path);
    Process process = TestProcess.start(builder);
    try {
      awaitFile(scratch.resolve("begun"), process);
      assertTrue(Files.exists(now));
      String whom = (group ? "-" : "") + process.pid();
      assertEquals(0, new ProcessBuilder("kill", "-INT", "--", whom).start().waitFor());
      assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS));
      assertEquals(130, process.exitValue(), () -> read(folder.resolve("printed")));
      assertTrue(
          read(folder.resolve("printed"))
              .contains("the comparison was stopped before anything was measured"),
          () -> read(folder.resolve("printed")));
      assertTrue(Files.notExists(now.getParent()));
      try (Stream<Path> left = Files.list(scratch)) {
        assertEquals(
            List.of(), left.filter(entry -> entry.toString().contains("compare")).toList());
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private void awaitFile(Path file, Process process) throws InterruptedException {
    long startNanos = System.nanoTime();
    while (!Files.exists(file)) {
      assertTrue(process.isAlive(), () -> read(folder.resolve("printed")));
      assertTrue(
          System.nanoTime() - startNanos < TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS),
          () -> "there must be a file " + file + ": " + read(folder.resolve("printed")));
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** As a terminal does: the whole group of processes is told, in the middle of the second run. */
  @Test
  @Tag("long")
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
      Path file = folder.resolve(ReportFolder.RESULTS);
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
      assertTrue(Files.exists(folder.resolve(ReportFolder.PAGE)));
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
