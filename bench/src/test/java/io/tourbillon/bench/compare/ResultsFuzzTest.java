package io.tourbillon.bench.compare;

import static io.tourbillon.bench.scenario.Metric.CPU_PER_OPERATION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.compare.Outcome.Status;
import io.tourbillon.bench.scenario.Percentile;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Files of results that are damaged at random. Each is refused in one line that names it, or can be
 * made a page of and held against others: no damage is found out later.
 */
class ResultsFuzzTest {
  private static final int FEW = 300;
  private static final int MANY = 10_000;

  private static final String[] VALUES = {
    "null",
    "true",
    "\"\"",
    "\"NaN\"",
    "\"-Infinity\"",
    "NaN",
    "0",
    "-1",
    "0.5",
    "1e308",
    "-1e308",
    "1e999",
    "5e-324",
    "2147483648",
    "9223372036854775807",
    "-9223372036854775808",
    "123456789012345678901234567890",
    "1".repeat(2_000),
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "{\"\": null}",
    "\"\\ud800\"",
    "\"\\u0000\\n\\u001b[2J\\u202e</script>\"",
    "\"+1000000000-12-31T23:59:59Z\"",
    "\"MEASURED\"",
    "\"FAILED\"",
    "\"fire\"",
    "[".repeat(10_000),
    "[".repeat(400) + "]".repeat(400),
  };

  @TempDir private Path folder;

  @Test
  void read_damagedAtRandom_isRefusedOrFitForAllThatFollows() throws IOException {
    readDamaged(FEW);
  }

  @Test
  @Tag("long")
  void readOften_damagedAtRandom_isRefusedOrFitForAllThatFollows() throws IOException {
    readDamaged(MANY);
  }

  private void readDamaged(int files) throws IOException {
    long seed = Long.getLong("tests.results.seed", System.nanoTime());
    System.out.println("seed of damaged results: -Dtests.results.seed=" + seed);
    Random random = new Random(seed);
    Path file = folder.resolve("results.json");
    Results whole = sample();
    ResultsFile.write(whole, file);
    String text = Files.readString(file);
    List<String> places = new ArrayList<>();
    collect("", JsonMapper.shared().readTree(text), places);
    int refused = 0;
    for (int number = 0; number < files; number++) {
      String told = "seed " + seed + ", file " + number;
      Files.write(file, damaged(text, places, random));
      if (!isFit(file, whole, told)) {
        refused++;
      }
    }
    assertTrue(refused > files / 2, "seed " + seed + ", refused " + refused);
    assertTrue(refused < files, "seed " + seed + ": some damage does no harm");
  }

  private static Results sample() {
    List<Outcome> outcomes = new ArrayList<>();
    outcomes.addAll(
        new Samples()
            .measured(Scenario.FIRE, 1_000, TimerKind.OURS_IDS, CPU_PER_OPERATION, 1.5, 2.25, 3)
            .measured(Scenario.FIRE, 1_000, TimerKind.KAFKA, CPU_PER_OPERATION, 4.5, 5.25, 6)
            .without(Scenario.IDLE, 1, TimerKind.OURS_IDS, Status.FAILED, "lost a timer")
            .without(Scenario.IDLE, 1, TimerKind.KAFKA, Status.LEFT_OUT, "no time")
            .results()
            .outcomes());
    outcomes.add(
        SampleResults.late(
            Scenario.LATENESS,
            100,
            TimerKind.KAFKA.id(),
            new Percentile(0, 5),
            new Percentile(99, 1_000_000),
            new Percentile(100, 2_000_000)));
    return SampleResults.of(SampleResults.MACHINE, outcomes);
  }

  private static void collect(String place, JsonNode value, List<String> places) {
    if (!place.isEmpty()) {
      places.add(place);
    }
    for (var part : value.properties()) {
      collect(
          place.isEmpty() ? part.getKey() : place + "." + part.getKey(), part.getValue(), places);
    }
    if (value.isArray()) {
      for (int index = 0; index < value.size(); index++) {
        collect(place + "[" + index + "]", value.get(index), places);
      }
    }
  }

  private static byte[] damaged(String text, List<String> places, Random random) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(8)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> withRandomBytes(bytes, random);
      case 2 -> withALineMore(text, random);
      default -> withOtherValues(text, places, random).getBytes(StandardCharsets.UTF_8);
    };
  }

  private static byte[] withRandomBytes(byte[] bytes, Random random) {
    for (int change = 0; change <= random.nextInt(4); change++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  /** Once more, one line of it or another: names come twice, and lists go on. */
  private static byte[] withALineMore(String text, Random random) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    lines.add(random.nextInt(lines.size()), lines.get(random.nextInt(lines.size())));
    return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
  }

  private static String withOtherValues(String text, List<String> places, Random random) {
    String damaged = text;
    for (int change = 0; change <= random.nextInt(3); change++) {
      try {
        damaged =
            Json.replaced(
                damaged,
                places.get(random.nextInt(places.size())),
                VALUES[random.nextInt(VALUES.length)]);
      } catch (RuntimeException noSuchPlaceAnyMore) {
        return damaged;
      }
    }
    return damaged;
  }

  private static boolean isFit(Path file, Results whole, String told) {
    Results results;
    try {
      results = ResultsFile.read(file);
    } catch (IOException refusal) {
      String message = refusal.getMessage();
      assertEquals(1, message.lines().count(), told);
      assertTrue(message.endsWith(file.toString()), told + ": " + message);
      assertTrue(message.length() < 1_000, told + ": " + message);
      return false;
    }
    try {
      assertTrue(Page.render(results).endsWith("</html>\n"), told);
      String _ = SummaryTable.of(Summary.of(results));
      String _ = new Regression(results, whole).toString() + new Regression(whole, results);
      return true;
    } catch (RuntimeException late) {
      throw new AssertionError(told, late);
    }
  }
}
