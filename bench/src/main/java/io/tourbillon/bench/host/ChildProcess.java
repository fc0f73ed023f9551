package io.tourbillon.bench.host;

import io.tourbillon.bench.console.OneLine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs programs, one at a time, and ends them on request or after a time limit. */
public final class ChildProcess {
  private static final long SOON_NANOS = 500_000_000;

  /**
   * Output beyond this is not read. A measurement takes some hundred bytes, an error message a
   * line.
   */
  private static final int MOST_BYTES = 1 << 20;

  private static final int MOST_COMPLAINT = 300;

  /** Written by the thread that runs programs, read by the thread that stops. Guarded by this. */
  private @Nullable Process current;

  /** Guarded by this. */
  private boolean stopped;

  /**
   * How a program has ended.
   *
   * @param output what it printed, up to a megabyte
   * @param errors what it printed to standard error, up to a megabyte
   * @param timedOut whether it was ended because the time limit was over
   */
  public record Exit(int code, String output, String errors, boolean timedOut) {
    /** Returns the last line of its errors, or how it ended. */
    public String complaint() {
      String line = OneLine.of(errors.strip().lines().reduce("", (first, last) -> last).strip());
      if (line.isEmpty()) {
        return "it ended with exit code " + code;
      }
      return line.length() <= MOST_COMPLAINT ? line : line.substring(0, MOST_COMPLAINT) + "...";
    }
  }

  /**
   * Runs a program to its end.
   *
   * @param folder where it runs, and where its output is stored meanwhile
   * @throws IOException if it cannot be started
   */
  public Exit run(
      Path folder, List<String> command, Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    Process process = start(folder, command, environment, output, errors);
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

  /** The output of a program may not be text. */
  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
    }
  }

  /** Also ends the processes that it has started. */
  private static void end(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private synchronized Process start(
      Path folder, List<String> command, Map<String, String> environment, Path output, Path errors)
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

  /** Ends the current program, if there is one, and refuses to start others. */
  public synchronized void stop() {
    stopped = true;
    notifyAll();
    if (current != null) {
      end(current);
    }
  }

  public synchronized boolean isStopped() {
    return stopped;
  }

  /**
   * Like {@link #isStopped}, for use after a program has failed. Ctrl-C reaches that program too,
   * which may end before this JVM receives the signal. So this waits a moment.
   */
  public synchronized boolean isStoppedSoon() throws InterruptedException {
    long startNanos = System.nanoTime();
    while (!stopped && System.nanoTime() - startNanos < SOON_NANOS) {
      TimeUnit.NANOSECONDS.timedWait(this, SOON_NANOS);
    }
    return stopped;
  }
}
