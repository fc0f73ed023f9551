package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.TestProcess;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.scenario.Scenario;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * In JVMs of their own: what other tests have left on the heap would go away while it is measured.
 */
class FootprintTest {
  private static final int TIMERS = 200_000;

  @ParameterizedTest
  @EnumSource(names = {"OURS_IDS", "OURS_HANDLES", "NETTY_512"})
  void memory_manyTimers_weighTensOfBytesAndNothingAfterwards(TimerKind kind) throws Exception {
    Measurement measurement = measure(kind);
    double bytesEach = Metric.BYTES_EACH.in(measurement);
    double bytesLeft = Metric.BYTES_LEFT.in(measurement);
    assertTrue(bytesEach > 16, () -> bytesEach + " bytes");
    assertTrue(bytesEach < 200, () -> bytesEach + " bytes");
    assertTrue(bytesLeft < 8.0 * TIMERS, () -> bytesLeft + " bytes");
  }

  private static Measurement measure(TimerKind kind) throws IOException, InterruptedException {
    Process process =
        TestProcess.start(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseG1GC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    "measure",
                    Scenario.TIMER_MEMORY.id(),
                    kind.id(),
                    Integer.toString(TIMERS),
                    "0",
                    "0")
                .redirectError(ProcessBuilder.Redirect.INHERIT));
    try (InputStream output = process.getInputStream()) {
      String line = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor());
      return JsonMapper.shared().readValue(line, Measurement.class);
    }
  }
}
