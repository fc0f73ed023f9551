package io.tourbillon.bench.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * In JVMs of their own: what other tests have left on the heap would go away while it is measured.
 */
class FootprintTest {
  private static final int TIMERS = 200_000;

  @ParameterizedTest
  @EnumSource(names = {"OURS_IDS", "OURS_HANDLES", "NETTY_512"})
  void memory_manyTimers_weighTensOfBytesAndNothingAfterwards(TimerKind kind) throws Exception {
    String[] row = rowOf(kind).strip().split(" +", -1);
    assertEquals(kind.name(), row[0]);
    double bytesPerTimer = Double.parseDouble(row[1]);
    double leftKibibytes = Double.parseDouble(row[2]);
    assertTrue(bytesPerTimer > 16, () -> bytesPerTimer + " bytes");
    assertTrue(bytesPerTimer < 200, () -> bytesPerTimer + " bytes");
    assertTrue(leftKibibytes < 8.0 * TIMERS / 1024, () -> leftKibibytes + " KiB");
  }

  private static String rowOf(TimerKind kind) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseG1GC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "memory",
                "--timers",
                Integer.toString(TIMERS),
                "--subject",
                kind.name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (InputStream output = process.getInputStream()) {
      String row = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor());
      return row;
    }
  }
}
