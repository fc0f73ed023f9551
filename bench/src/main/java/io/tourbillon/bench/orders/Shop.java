package io.tourbillon.bench.orders;

import io.tourbillon.bench.host.OurJvm;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A run of {@link OrdersProgram}, and what it answers. For one thread. */
final class Shop {
  private static final long PATIENCE_SECONDS = 60;

  private final Process process;
  private final BufferedWriter requests;
  private final Thread listener;

  /**
   * Starts the program, and waits until it is ready.
   *
   * @param book notes the answers
   * @throws IOException if the program ends instead
   */
  Shop(Path file, OrderBook book) throws IOException {
    process =
        new ProcessBuilder(
                OurJvm.executable(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                OurJvm.classPath(),
                OrdersProgram.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    requests = process.outputWriter(StandardCharsets.UTF_8);
    BufferedReader answers = process.inputReader(StandardCharsets.UTF_8);
    String first = answers.readLine();
    if (!"ready".equals(first)) {
      process.destroyForcibly();
      throw new IOException("the program of the orders must be ready, and it said: " + first);
    }
    listener = Thread.ofVirtual().name("demo-orders-answers").start(() -> listen(answers, book));
  }

  /** A line is one write to a pipe, so a kill leaves no half of one. */
  private static void listen(BufferedReader answers, OrderBook book) {
    try {
      for (String line = answers.readLine(); line != null; line = answers.readLine()) {
        book.answered(line);
      }
    } catch (IOException ended) {
      throw new UncheckedIOException(ended);
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void order(long id, long dueMicros) throws IOException {
    requests.write("order " + id + " " + dueMicros + "\n");
  }

  void pay(long id) throws IOException {
    requests.write("pay " + id + "\n");
  }

  /** Sends what was written. */
  void send() throws IOException {
    requests.flush();
  }

  /**
   * Kills the program by SIGKILL, and notes what it has answered before. By its handle: {@code
   * Process.destroyForcibly} would close the pipe, and lose the answers that are in it.
   */
  void kill() throws InterruptedException {
    process.toHandle().destroyForcibly();
    process.waitFor();
    listener.join();
  }

  /**
   * Lets the program end by itself.
   *
   * @return false if it did not, and was killed
   */
  boolean close() throws InterruptedException {
    try {
      requests.close();
    } catch (IOException hasEnded) {
      // Its exit code says how.
    }
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    kill();
    return ended && process.exitValue() == 0;
  }
}
