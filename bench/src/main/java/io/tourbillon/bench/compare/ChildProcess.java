package io.tourbillon.bench.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs programs, one at a time, and gives up on them when told to or when their time is over. */
final class ChildProcess {
  private static final long SOON_NANOS = 500_000_000;

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
  Exit run(List<String> command, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    Process process = start(command, environment, output, errors);
    try {
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        end(process);
        process.waitFor();
      }
      return new Exit(process.exitValue(), read(output), read(errors), !ended);
    } finally {
      end(process);
    }
  }

  /** What a program prints need not be text. */
  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /** Those that it has started, too. */
  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private synchronized Process start(
      List<String> command, Map<String, String> environment, Path output, Path errors)
      throws IOException {
    if (stopped) {
      throw new IOException("no program is started after a stop: " + command.getFirst());
    }
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().putAll(environment);
    current = builder.start();
    return current;
  }

  /** Ends the program that runs, if any, and starts no other. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
    if (current != null) {
      end(current);
    }
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /**
   * The same, when a program has not ended well: Ctrl-C reaches it, too, and it may have ended
   * before this JVM was told to stop.
   */
  synchronized boolean isStoppedSoon() throws InterruptedException {
    long startNanos = System.nanoTime();
    while (!stopped && System.nanoTime() - startNanos < SOON_NANOS) {
      TimeUnit.NANOSECONDS.timedWait(this, SOON_NANOS);
    }
    return stopped;
  }
}
