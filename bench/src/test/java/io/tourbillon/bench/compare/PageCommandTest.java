package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.Program;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PageCommandTest {
  private static final String NAME = "results.json";

  /** The first argument is where; the others are the command. */
  private static final String ON_A_SMALL_DISK =
      """
      disk="$1"; shift
      mount -t tmpfs -o size=64k tmpfs "$disk" || exit 99
      echo before >"$disk/page.html"
      "$@"
      echo "exit code $?"
      ls -A "$disk"
      cat "$disk/page.html"
      """;

  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Path input;
  private Path output;

  @BeforeEach
  void nameFiles() {
    input = directory.resolve(NAME);
    output = directory.resolve("page.html");
  }

  private int execute() {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute("page", input.toString(), "--output", output.toString());
  }

  private void assertRefused(String message) {
    assertEquals(2, execute());
    assertTrue(err.toString().startsWith(message), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertEquals("", out.toString());
    assertTrue(Files.notExists(output) || Files.isDirectory(output));
  }

  @Test
  void page_results_writesThePageAndSaysWhere() throws IOException {
    Results results =
        SampleResults.of(
            SampleResults.measured(Scenario.FIRE, 10, "go", 1, Metric.CPU_PER_OPERATION, 5));
    ResultsFile.write(results, input);

    assertEquals(0, execute(), err::toString);

    assertEquals(Page.render(results), Files.readString(output));
    assertEquals(output.toString(), out.toString().strip());
  }

  @Test
  void page_noSuchFile_exits2AndNamesIt() {
    assertRefused("there must be a file of results: " + input);
  }

  @Test
  void page_somethingElse_exits2AndSaysWhat() throws IOException {
    Files.writeString(input, "not JSON");

    assertRefused("a file of results must be JSON that compare has written: line 1, column ");
  }

  @Test
  void page_otherFormat_exits2AndNamesIt() throws IOException {
    Files.writeString(input, "{\"format\": 7}");

    assertRefused("format must be 1: 7 in " + input);
  }

  @Test
  void page_yearOfABillion_exits2AndNamesIt() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    String started = "\"+1000000000-12-31T23:59:59Z\"";
    Files.writeString(input, Json.replaced(Files.readString(input), "started", started));

    assertRefused(
        "started must be a moment from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z: " + started);
  }

  /** By whatever name the results go. */
  @ParameterizedTest
  @ValueSource(strings = {"same", "detour", "link", "link of a folder", "hard link", "other"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "not every user may make links there")
  void page_outputIsAFileOfResults_isRefusedAndNothingIsLost(String way) throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    String before = Files.readString(input);
    output =
        switch (way) {
          case "same" -> input;
          case "detour" -> directory.resolve("..").resolve(directory.getFileName()).resolve(NAME);
          case "link" -> Files.createSymbolicLink(directory.resolve("page.html"), input);
          case "link of a folder" ->
              Files.createSymbolicLink(directory.resolve("folder"), directory).resolve(NAME);
          case "hard link" -> Files.createLink(directory.resolve("page.html"), input);
          default -> Files.copy(input, directory.resolve("page.html"));
        };

    assertEquals(2, execute());

    assertEquals("--output must be another file than results: " + output, err.toString().strip());
    assertEquals(before, Files.readString(input));
    assertEquals(before, Files.readString(output));
  }

  /** A relative path means the same as the absolute one. */
  @Test
  void page_outputIsTheInputByARelativePath_isRefused() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    output = Path.of("").toAbsolutePath().relativize(input.toRealPath());
    assertEquals(2, execute());
    assertEquals("--output must be another file than results: " + output, err.toString().strip());
    assertEquals(SampleResults.of(), ResultsFile.read(input));
  }

  @Test
  void page_earlierPage_isReplaced() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    Files.writeString(output, "<!doctype html>\nbefore");
    assertEquals(0, execute(), err::toString);
    assertEquals(Page.render(SampleResults.of()), Files.readString(output));
  }

  @Test
  void page_outputIsADirectory_exits2AndNamesIt() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    Files.createDirectory(output);

    assertRefused("--output must be a file, not a folder: " + output);
  }

  @Test
  void page_outputInAMissingFolder_exits2AndNamesIt() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    output = directory.resolve("absent").resolve("page.html");

    assertRefused("--output must be in a folder that is there: " + output);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void page_inputWithoutEnd_exits2AndNamesIt() {
    input = Path.of("/dev/zero");

    assertRefused("a file of results must have at most 64 MiB: /dev/zero");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void page_deviceThatIsFull_exits1AndSaysWhy() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    output = Path.of("/dev/full");
    assertEquals(1, execute());
    assertTrue(err.toString().startsWith("--output must be writable: /dev/full: "), err.toString());
    assertEquals(1, err.toString().lines().count(), err.toString());
  }

  /** A disk of its own, which has room for the results and not for the page. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void page_diskThatIsFull_exits1AndKeepsThePageBefore() throws Exception {
    ResultsFile.write(SampleResults.of(), input);
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(Program.canMount(disk), "only root can mount a disk of memory");
    output = disk.resolve("page.html");
    Program.End end =
        Program.run(
            Stream.concat(
                    Stream.of("unshare", "-m", "sh", "-c", ON_A_SMALL_DISK, "sh", disk.toString()),
                    Program.command(
                        List.of(), "page", input.toString(), "--output", output.toString())
                        .stream())
                .toList());
    assertTrue(end.err().startsWith("--output must be writable: " + output + ": "), end.err());
    assertEquals(1, end.err().lines().count(), end.err());
    assertEquals("exit code 1\npage.html\nbefore\n", end.out());
  }
}
