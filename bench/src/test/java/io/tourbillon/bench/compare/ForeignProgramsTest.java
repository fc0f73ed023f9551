package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.compare.Outcome.Status;
import io.tourbillon.bench.host.ChildProcess;
import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.ForeignKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisabledOnOs(OS.WINDOWS)
class ForeignProgramsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void find_nothingOnThePath_saysWhatIsMissing() throws Exception {
    ForeignPrograms programs = find(List.of(ForeignKind.values()), List.of(folder));
    assertTrue(programs.present().isEmpty());
    assertEquals(
        Map.of(
            ForeignKind.GO,
            "there is no go on the PATH",
            ForeignKind.ASYNCIO,
            "there is no python3 on the PATH",
            ForeignKind.GEVENT,
            "there is no python3 on the PATH"),
        programs.absent());
  }

  @Test
  void find_compilerThatFails_saysWhatItComplainedOf() throws Exception {
    Path bin = program("go", "echo 'needs another Go' >&2; exit 1");
    ForeignPrograms programs = find(List.of(ForeignKind.GO), List.of(bin));
    assertEquals(
        Map.of(ForeignKind.GO, "go did not compile the peer: needs another Go"), programs.absent());
  }

  @Test
  void find_secondPythonHasTheLibrary_takesThatOne() throws Exception {
    Path without = program("python3", "echo \"No module named 'gevent'\" >&2; exit 1");
    Path with = program("python3", "echo 'gevent 1'");
    ForeignPrograms programs = find(List.of(ForeignKind.GEVENT), List.of(without, with));
    assertTrue(programs.absent().isEmpty());
    ForeignPrograms.Program program = programs.present().get(ForeignKind.GEVENT);
    assertEquals("gevent 1", program.version());
    assertEquals(with.resolve("python3").toString(), program.command().getFirst());
  }

  @Test
  void find_noPythonHasTheLibrary_saysSo() throws Exception {
    Path without = program("python3", "echo \"No module named 'gevent'\" >&2; exit 1");
    ForeignPrograms programs = find(List.of(ForeignKind.GEVENT), List.of(without));
    assertEquals(Map.of(ForeignKind.GEVENT, "No module named 'gevent'"), programs.absent());
  }

  /** Asked for where Go, Python and gevent are installed; where they are not it fails. */
  @ParameterizedTest
  @EnumSource
  @Tag("programs")
  @Tag("long")
  void measure_everyScenarioOfAPeer_findsOutWhatTheScenarioPromises(ForeignKind kind)
      throws Exception {
    ChildProcess runner = new ChildProcess();
    ForeignPrograms programs =
        ForeignPrograms.find(List.of(kind), runner, folder, ForeignPrograms.systemPath());
    assertTrue(
        programs.absent().isEmpty(),
        () -> "the packages golang-go and python3-gevent must be installed: " + programs.absent());
    Launcher launcher = new Launcher(runner, folder, 64, programs.present());
    for (Scenario scenario : Scenario.values()) {
      if (scenario.subjects().contains(kind)) {
        Job job = new Job(scenario.isTalk() ? 2 : 200, 100, 500);
        Outcome outcome = launcher.launch(new Run(scenario, job, kind, 1), LIMIT);
        assertEquals(Status.MEASURED, outcome.status(), outcome::toString);
        for (Metric metric : scenario.metrics()) {
          assertFalse(Double.isNaN(metric.in(outcome.measurement())), metric + " in " + outcome);
        }
      }
    }
    assertFalse(programs.present().get(kind).version().isEmpty());
  }

  private ForeignPrograms find(List<ForeignKind> kinds, List<Path> path)
      throws IOException, InterruptedException {
    return ForeignPrograms.find(kinds, new ChildProcess(), folder, path);
  }

  private Path program(String name, String script) throws IOException {
    Path bin = Files.createTempDirectory(folder, "bin");
    Files.createFile(
        bin.resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
    return bin;
  }
}
