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

/** Runs the main method of a test class in a separate JVM, for at most a minute. */
final class ChildJvm {
  private static final long LIMIT_SECONDS = 60;

  private ChildJvm() {}

  /**
   * Runs a program, and expects exit status 0.
   *
   * @param folder where to write its output
   * @return the lines of its output, including the log
   */
  static List<String> run(Path folder, Class<?> main, String... jvmArguments) throws Exception {
    return run(folder, main, List.of(), List.of(jvmArguments), List.of());
  }

  /**
   * Runs a program with arguments, as the other method does.
   *
   * @param libraries a class of each further library that the program needs
   */
  static List<String> run(
      Path folder,
      Class<?> main,
      List<Class<?>> libraries,
      List<String> jvmArguments,
      List<String> arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmArguments);
    command.add("-cp");
    List<String> folders = new ArrayList<>();
    folders.add(folderOf(TimerService.class));
    folders.add(folderOf(main));
    folders.add(folderOf(Histogram.class));
    for (Class<?> library : libraries) {
      folders.add(folderOf(library));
    }
    command.add(String.join(File.pathSeparator, folders));
    command.add(main.getName());
    command.addAll(arguments);
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
