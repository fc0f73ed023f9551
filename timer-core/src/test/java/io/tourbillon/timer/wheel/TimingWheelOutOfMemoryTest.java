package io.tourbillon.timer.wheel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An OutOfMemoryError at any point leaves the wheel as it was: {@link OutOfMemoryRun}. */
@Tag("long") // Fills the heap 45 times.
class TimingWheelOutOfMemoryTest {
  private static final Pattern RESULT =
      Pattern.compile("errors in arm: (\\d+), rearm: (\\d+), advance: (\\d+), trim: \\d+");

  @Test
  void operations_runningOutOfMemory_changeNothing(@TempDir Path folder) throws Exception {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended;
    try {
      ended = process.waitFor(60, TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertTrue(ended, said);
    assertEquals(0, process.exitValue(), said);
    Matcher result = RESULT.matcher(said);
    for (int wheel = 1; wheel <= 2; wheel++) {
      assertTrue(result.find(), said);
      for (int operation = 1; operation <= result.groupCount(); operation++) {
        assertTrue(Integer.parseInt(result.group(operation)) >= 10, said);
      }
    }
  }

  private static List<String> command() throws URISyntaxException {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xms16m",
        "-Xmx16m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-ea",
        "-cp",
        folderOf(TimingWheel.class) + File.pathSeparator + folderOf(OutOfMemoryRun.class),
        OutOfMemoryRun.class.getName());
  }

  private static Path folderOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
