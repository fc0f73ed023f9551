package io.tourbillon.bench.compare;

import static io.tourbillon.bench.scenario.Metric.CPU_PER_OPERATION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.compare.Outcome.Status;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResultsFileTest {
  @TempDir private Path folder;

  @Test
  void read_whatWasWritten_isTheSame() throws IOException {
    Results results =
        new Samples()
            .measured(Scenario.FIRE, 10, TimerKind.KAFKA, CPU_PER_OPERATION, 1.5, 2.25)
            .without(Scenario.FIRE, 10, TimerKind.OURS_IDS, Status.FAILED, "\"quoted\" </script>")
            .results();
    Path file = folder.resolve("results.json");
    ResultsFile.write(results, file);
    assertEquals(results, ResultsFile.read(file));
  }

  @Test
  void read_noFile_saysSo() {
    Path file = folder.resolve("absent.json");
    assertEquals("there must be a file of results: " + file, refusal(file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "no JSON", "null", "{}", "[]", "{\"format\": 1}", "{\"format\": 1, \"out"})
  void read_somethingElse_saysSo(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("other.json"), text);
    assertTrue(
        refusal(file)
            .startsWith("a file of results must be whole, and JSON that compare has written"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"machine", "outcomes", "versions"})
  void read_aPartThatIsNull_saysSo(String part) throws IOException {
    Path file = folder.resolve("results.json");
    ResultsFile.write(new Samples().results(), file);
    String whole = Files.readString(file);
    String broken =
        whole.replaceFirst("(?s)\"" + part + "\" : [{\\[].*", "\"" + part + "\" : null}");
    Files.writeString(file, broken);
    assertTrue(refusal(file).startsWith("a file of results must be whole"));
  }

  @Test
  void read_anotherFormat_saysSo() throws IOException {
    Path file = folder.resolve("results.json");
    ResultsFile.write(new Samples().results(), file);
    Files.writeString(file, Files.readString(file).replace("\"format\" : 1", "\"format\" : 2"));
    assertEquals("the format of results must be 1: 2 in " + file, refusal(file));
  }

  private static String refusal(Path file) {
    return assertThrows(IOException.class, () -> ResultsFile.read(file)).getMessage();
  }
}
