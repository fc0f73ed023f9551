package io.tourbillon.bench.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program that is talked to in lines: it reads orders from its standard input and answers on its
 * standard output. For one caller at a time.
 *
 * <p>The end of its input tells the program that nobody needs it any more, also if this JVM dies.
 */
public final class LineProcess implements AutoCloseable {
  /** A program that answers faster than it is listened to waits. */
  private static final int MOST_LINES = 16;

  /** How many lines of its errors are kept: the last ones. */
  private static final int MOST_ERRORS = 40;

  /** A process that was killed is gone in milliseconds. */
  private static final long GRACE_MILLIS = 10_000;

  private final Process process;
  private final Writer orders;
  private final Thread answerReader;
  private final Thread errorReader;

  /** Empty is the end of the output. Written by a thread that reads, read by the caller. */
  private final BlockingQueue<Optional<String>> answers = new ArrayBlockingQueue<>(MOST_LINES);

  /** Guarded by itself. Written by a thread that reads. */
  private final Deque<String> errors = new ArrayDeque<>();

  /** The program has ended although it had to answer. The message says how. */
  public static final class EndedException extends IOException {
    private static final long serialVersionUID = 1L;

    EndedException(String message) {
      super(message);
    }
  }

  private LineProcess(Process process) {
    this.process = process;
    orders = process.outputWriter(StandardCharsets.UTF_8);
    answerReader = reader("answers", this::readAnswers);
    errorReader = reader("errors", this::readErrors);
  }

  private static Thread reader(String what, Runnable reading) {
    return Thread.ofPlatform().daemon().name("line-process-" + what).start(reading);
  }

  /**
   * Starts a program.
   *
   * @throws IOException if that fails
   */
  public static LineProcess start(List<String> command) throws IOException {
    return new LineProcess(new ProcessBuilder(command).start());
  }

  private static BufferedReader lines(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  private void readAnswers() {
    try {
      try (BufferedReader lines = lines(process.getInputStream())) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          answers.put(Optional.of(line));
        }
      } catch (IOException closed) {
        // The process was ended.
      }
      answers.put(Optional.empty());
    } catch (InterruptedException ended) {
      // Nobody listens any more.
    }
  }

  private void readErrors() {
    try (BufferedReader lines = lines(process.getErrorStream())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (errors) {
          if (errors.size() == MOST_ERRORS) {
            errors.removeFirst();
          }
          errors.add(line);
        }
      }
    } catch (IOException closed) {
      // The process was ended.
    }
  }

  /**
   * Gives an order.
   *
   * @throws EndedException if the program has ended
   */
  public void send(String order) throws EndedException, InterruptedException {
    try {
      orders.write(order);
      orders.write('\n');
      orders.flush();
    } catch (IOException ended) {
      throw ended();
    }
  }

  /**
   * Waits for the next line.
   *
   * @throws EndedException if the program has ended without one
   * @throws TimeoutException if it takes longer than the limit
   */
  public String receive(Duration limit)
      throws EndedException, TimeoutException, InterruptedException {
    Optional<String> line = answers.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    if (line == null) {
      throw new TimeoutException("it gave no answer within " + limit.toSeconds() + " s");
    }
    if (line.isEmpty()) {
      throw ended();
    }
    return line.get();
  }

  /**
   * Returns at once while the program runs.
   *
   * @throws EndedException if it has ended
   */
  public void requireAlive() throws EndedException, InterruptedException {
    if (!process.isAlive()) {
      throw ended();
    }
  }

  private EndedException ended() throws InterruptedException {
    if (!process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
      return new EndedException("it has closed its output, and goes on");
    }
    errorReader.join(GRACE_MILLIS);
    String complaint = new ChildProcess.Exit(process.exitValue(), "", text(), false).complaint();
    String code = "it ended with exit code " + process.exitValue();
    return new EndedException(complaint.equals(code) ? code : code + ": " + complaint);
  }

  private String text() {
    synchronized (errors) {
      return String.join("\n", errors);
    }
  }

  /** Returns the number of the process. */
  public long pid() {
    return process.pid();
  }

  /** Ends the program and the processes that it has started, and waits for that. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    answerReader.interrupt();
    try {
      process.waitFor(GRACE_MILLIS, TimeUnit.MILLISECONDS);
      answerReader.join(GRACE_MILLIS);
      errorReader.join(GRACE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
