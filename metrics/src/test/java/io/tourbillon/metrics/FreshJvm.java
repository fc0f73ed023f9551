package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a program of the tests in a JVM of its own, for tests that depend on the size of the heap.
 */
final class FreshJvm {
  private FreshJvm() {}

  /**
   * Runs a program. Fails unless the program ends in time and with exit code 0.
   *
   * @param options the options of the JVM
   * @return what the program has printed
   */
  static String run(Class<?> main, Duration limit, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile("tourbillon", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      boolean ended;
      try {
        ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      } finally {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      }
      String said = Files.readString(output, StandardCharsets.UTF_8);
      assertTrue(ended, () -> main.getSimpleName() + " takes longer than " + limit + ": " + said);
      assertEquals(0, process.exitValue(), said);
      return said;
    } finally {
      Files.delete(output);
    }
  }
}
