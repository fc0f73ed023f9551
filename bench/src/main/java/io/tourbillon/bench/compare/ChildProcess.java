package io.tourbillon.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs programs, one at a time, and gives up on them when told to or when their time is over. */
final class ChildProcess {
  private final Path folder;

  /** Written by the thread that runs programs, read by the one that stops. Guarded by this. */
  private @Nullable Process current;

  /** Guarded by this. */
  private boolean stopped;

  /**
   * @param folder where programs run and what they print is kept meanwhile
   */
  ChildProcess(Path folder) {
    this.folder = folder;
  }

  /**
   * What came of a program.
   *
   * @param timedOut whether it was ended because its time was over
   */
  record Exit(int code, String output, String errors, boolean timedOut) {
    /** The last line that it complained with, or how it ended. */
    String complaint() {
      String line = errors.strip().lines().reduce("", (first, last) -> last).strip();
      return line.isEmpty() ? "it ended with exit code " + code : line;
    }
  }

  /**
   * Runs a program to its end.
   *
   * @throws IOException if it can not be started
   */
  Exit run(List<String> command, Duration limit) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    Process process = start(command, output, errors);
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      return new Exit(
          process.exitValue(), Files.readString(output), Files.readString(errors), !ended);
    } finally {
      process.destroyForcibly();
    }
  }

  private synchronized Process start(List<String> command, Path output, Path errors)
      throws IOException {
    if (stopped) {
      throw new IOException("no program is started after a stop: " + command.getFirst());
    }
    current =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    return current;
  }

  /** Ends the program that runs, if any, and starts no other. */
  synchronized void stop() {
    stopped = true;
    if (current != null) {
      current.destroyForcibly();
    }
  }

  synchronized boolean isStopped() {
    return stopped;
  }
}
