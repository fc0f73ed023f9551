package io.tourbillon.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class PageCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Path input;
  private Path output;

  @BeforeEach
  void nameFiles() {
    input = directory.resolve("results.json");
    output = directory.resolve("page.html");
  }

  private int execute() {
    return new CommandLine(new PageCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(input.toString(), "--output", output.toString());
  }

  private void assertRefused(String message) {
    assertEquals(2, execute());
    assertTrue(err.toString().startsWith(message), err.toString());
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

    assertRefused("a file of results must be whole, and JSON that compare has written: " + input);
  }

  @Test
  void page_otherFormat_exits2AndNamesIt() throws IOException {
    Files.writeString(input, "{\"format\": 7}");

    assertRefused("the format of results must be 1: 7 in " + input);
  }

  @Test
  void page_outputIsTheInput_isRefusedAndNothingIsLost() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    String before = Files.readString(input);
    output = input;
    assertEquals(2, execute());
    assertTrue(err.toString().startsWith("--output must be another file than the results: "));
    assertEquals(before, Files.readString(input));
  }

  @Test
  void page_outputIsADirectory_exits2AndNamesIt() throws IOException {
    ResultsFile.write(SampleResults.of(), input);
    Files.createDirectory(output);

    assertRefused("--output must be a file that can be written: " + output);
  }
}
