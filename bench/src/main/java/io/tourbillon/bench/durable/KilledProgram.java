package io.tourbillon.bench.durable;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A program that schedules timers, due over the next hour, and is killed when all are durable. It
 * has no handler, so none fires in it.
 */
public final class KilledProgram {
  private static final int BATCH = 1000;
  private static final long SPREAD_MICROS = 3_600_000_000L;
  private static final String DONE = "all timers are durable";

  private KilledProgram() {}

  /** Schedules, says so, and waits for its end. */
  public static void main(String[] args) throws SQLException, IOException {
    int timers = Integer.parseInt(args[2]);
    DurableSubject subject = DurableKind.valueOf(args[0]).open(args[1], null);
    Instant start = Instant.now();
    for (int first = 0; first < timers; first += BATCH) {
      List<Due> batch = new ArrayList<>();
      for (int timer = first; timer < Math.min(timers, first + BATCH); timer++) {
        batch.add(new Due(timer, start.plusNanos(1000 * (SPREAD_MICROS / timers) * timer)));
      }
      subject.schedule(batch);
    }
    System.out.println(DONE);
    int end = System.in.read(); // Ends with its parent at the latest.
    Runtime.getRuntime().halt(end);
  }

  /**
   * Runs the program in a process of its own, and kills it when all timers are durable.
   *
   * @throws IllegalStateException if it has ended before
   */
  public static void runAndKill(DurableKind kind, String url, int timers)
      throws IOException, InterruptedException {
    String classPath =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath,
                KilledProgram.class.getName(),
                kind.name(),
                url,
                Integer.toString(timers))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String line = output.readLine();
      if (!DONE.equals(line)) {
        throw new IllegalStateException(
            "a program must schedule " + timers + " timers, and has ended before: " + line);
      }
    } finally {
      process.destroyForcibly(); // SIGKILL: no handler of signals runs.
      process.waitFor();
    }
  }
}
