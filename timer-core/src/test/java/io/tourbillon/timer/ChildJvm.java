package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Runs the main method of a test class in a JVM of its own, for at most a minute. */
final class ChildJvm {
  private static final long LIMIT_SECONDS = 60;

  private ChildJvm() {}

  /**
   * Runs it, and expects exit status 0.
   *
   * @param folder where to write its output
   * @return the lines of its output, the log among them
   */
  static List<String> run(Path folder, Class<?> main, String... jvmArguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(jvmArguments));
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            folderOf(TimerService.class),
            folderOf(main),
            folderOf(Histogram.class)));
    command.add(main.getName());
    Path output = folder.resolve(main.getSimpleName());
    Process process = start(command, output);
    boolean ended;
    try {
      ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
    } finally {
      process.destroyForcibly();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertTrue(ended, "not ended within a minute; it said: " + said);
    assertEquals(0, process.exitValue(), said);
    return said.lines().toList();
  }

  private static Process start(List<String> command, Path output) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
  }

  private static String folderOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }
}
