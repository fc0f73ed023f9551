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
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``               | the whole must be an object: nothing
          no JSON          | a file of results must be JSON that compare has written: line 1, column
          null             | the whole must be an object: null
          []               | the whole must be an object: []
          {}               | format must be 1: nothing
          {"format": 2}    | format must be 1: 2
          {"format": "1"}  | format must be 1: "1"
          {"format": 1}    | started must be a moment from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z: nothing
          {"format": 1, "a | a file of results must be JSON that compare has written: line 1, column
          {"format": 1} {} | a file of results must be JSON that compare has written: line 1, column
          {"format": 1, "format": 1} | a file of results must be JSON that compare has written: line 1, column
          """)
  void read_somethingElse_saysWhat(String text, String message) throws IOException {
    Path file = Files.writeString(folder.resolve("other.json"), text);
    assertStartsWith(message, refusal(file));
    assertEndsWith(" in " + file, refusal(file));
  }

  /** A part of a file that is all right otherwise is replaced. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          started                         | "+1000000000-12-31T23:59:59Z" | a moment from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z
          started                         | 5                             | a moment from 1970-01-01T00:00:00Z to 9999-12-31T23:59:59Z
          seconds                         | -1                            | a whole number from 0 to 2147483647
          machine                         | null                          | an object
          machine.load                    | "NaN"                         | a number from -1000000.0 to 1000000.0
          machine.cores                   | 0                             | a whole number from 1 to 1000000
          jvmFlags                        | [null]                        | `jvmFlags[0] must be text: null`
          versions                        | null                          | an object
          versions.Netty                  | null                          | text
          absent                          | []                            | an object
          outcomes                        | null                          | a list
          outcomes                        | {}                            | a list
          outcomes[0]                     | null                          | an object
          outcomes[0].scenario            | null                          | text
          outcomes[0].job                 | null                          | an object
          outcomes[0].job.size            | 0                             | a whole number from 1 to 2147483647
          outcomes[0].job.size            | 1.5                           | a whole number from 1 to 2147483647
          outcomes[0].job.size            | 99999999999999999999          | a whole number from 1 to 2147483647
          outcomes[0].repetition          | null                          | a whole number from 1 to 2147483647
          outcomes[0].status              | "WELL"                        | one of [MEASURED, FAILED, LEFT_OUT]
          outcomes[0].measurement         | null                          | an object
          outcomes[0].measurement.figures | null                          | an object
          outcomes[0].measurement.figures.cpuPerOperation | null          | a number from -1.0E18 to 1.0E18
          outcomes[0].measurement.figures.cpuPerOperation | "NaN"         | a number from -1.0E18 to 1.0E18
          outcomes[0].measurement.figures.cpuPerOperation | 1e999         | a number from -1.0E18 to 1.0E18
          outcomes[0].measurement.lateness | [[50]]                       | `outcomes[0].measurement.lateness[0] must be a pair: [50]`
          outcomes[0].measurement.lateness | [[101, 5]]                   | `outcomes[0].measurement.lateness[0][0] must be a number from 0.0 to 100.0: 101`
          outcomes[2].measurement         | {}                            | null
          outcomes[2].reason              | null                          | text
          outcomes[1].repetition          | 1                             | `outcomes[1] must be there once: `
          """)
  void read_aPartThatIsNotAsItMustBe_saysWhichAndHow(String part, String value, String rule)
      throws IOException {
    Path file = folder.resolve("results.json");
    ResultsFile.write(sample(), file);
    Files.writeString(file, Json.replaced(Files.readString(file), part, value));
    String refusal = refusal(file);
    assertStartsWith(rule.contains(" must be ") ? rule : part + " must be " + rule + ": ", refusal);
    assertEndsWith(" in " + file, refusal);
  }

  private static Results sample() {
    return new Samples()
        .measured(Scenario.FIRE, 10, TimerKind.KAFKA, CPU_PER_OPERATION, 1.5, 2.25)
        .without(Scenario.FIRE, 10, TimerKind.OURS_IDS, Status.FAILED, "lost a timer")
        .results();
  }

  @Test
  void read_aPartOfALaterVersion_isNotRead() throws IOException {
    Path file = folder.resolve("results.json");
    ResultsFile.write(sample(), file);
    String text = Files.readString(file);
    Files.writeString(file, text.replaceFirst("\\{", "{\"later\": [null],"));
    assertEquals(sample(), ResultsFile.read(file));
  }

  @Test
  void read_notUtf8_saysWhichByte() throws IOException {
    Path file = folder.resolve("results.json");
    Files.write(file, new byte[] {'{', '"', (byte) 0xe9, '"'});
    assertEquals("a file of results must be UTF-8: byte 0xe9 at 2 in " + file, refusal(file));
  }

  @Test
  void read_folder_saysSo() {
    assertEquals("a file of results must be a file, not a folder: " + folder, refusal(folder));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void read_deviceWithoutEnd_isRefused() {
    assertEquals(
        "a file of results must have at most 64 MiB: /dev/zero", refusal(Path.of("/dev/zero")));
  }

  /** It can be opened by its owner, but nothing is mapped at its beginning. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void read_fileThatCanNotBeRead_saysWhy() {
    assertStartsWith(
        "a file of results must be readable: /proc/self/mem: ", refusal(Path.of("/proc/self/mem")));
  }

  @Test
  void read_nameWithALineFeed_isToldInOneLine() {
    assertEquals(
        "there must be a file of results: two\\u000alines", refusal(Path.of("two\nlines")));
  }

  /** What others must be able to read, we must. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "results.json",
        "peak.json",
        "coroutines.json",
        "talk.json",
        "durable.json",
        "load.json"
      })
  void read_publishedResults_isPossible(String name) throws IOException {
    assertTrue(ResultsFile.read(Path.of(name)).isComplete());
  }

  private static void assertStartsWith(String start, String text) {
    assertTrue(text.startsWith(start), text);
  }

  private static void assertEndsWith(String end, String text) {
    assertTrue(text.endsWith(end), text);
  }

  private static String refusal(Path file) {
    return assertThrows(IOException.class, () -> ResultsFile.read(file)).getMessage();
  }
}
