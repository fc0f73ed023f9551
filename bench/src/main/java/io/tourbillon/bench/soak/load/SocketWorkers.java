package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.host.LineProcess;
import io.tourbillon.bench.host.LineProcess.EndedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The processes that share the connections. They work in step: all have the same order at the same
 * time. The clients of each talk to the servers of the next one, those of the last to the first.
 */
final class SocketWorkers implements AutoCloseable {
  /** For the start of all JVMs at a time, and for the last message of each connection. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final long LOOK_MILLIS = 100;

  private final SocketPlan plan;
  private final List<LineProcess> processes = new ArrayList<>();

  /** A worker has not done what it was told. The message names it. */
  static final class LostException extends Exception {
    private static final long serialVersionUID = 1L;

    LostException(String message, Exception cause) {
      super(message, cause);
    }
  }

  private SocketWorkers(SocketPlan plan) {
    this.plan = plan;
  }

  /**
   * Starts them.
   *
   * @param main the program
   * @throws IOException if they cannot be started
   */
  static SocketWorkers start(SocketPlan plan, long seed, Duration longestPause, Class<?> main)
      throws IOException {
    SocketWorkers workers = new SocketWorkers(plan);
    boolean started = false;
    try {
      for (int number = 0; number < plan.workers(); number++) {
        List<String> command =
            ServerJvm.command(plan.heapMegabytes(), LoadReport.collector(), main);
        command.add(Integer.toString(number));
        command.add(Long.toString(seed));
        command.add(Long.toString(longestPause.toMillis()));
        command.add(Integer.toString(plan.connectionsOf(workers.before(number))));
        workers.processes.add(LineProcess.start(command));
      }
      started = true;
      return workers;
    } finally {
      if (!started) {
        workers.close();
      }
    }
  }

  private int before(int number) {
    return (number + plan.workers() - 1) % plan.workers();
  }

  private int after(int number) {
    return (number + 1) % plan.workers();
  }

  /**
   * Connects all clients.
   *
   * @param aSecond how many connect in a second, of all workers together
   */
  void connect(int aSecond) throws LostException, InterruptedException {
    List<String> ports = answers(PATIENCE);
    int rate = Math.max(1, aSecond / plan.workers());
    for (int number = 0; number < plan.workers(); number++) {
      int count = plan.connectionsOf(number);
      send(number, "connect " + count + " " + rate + " " + ports.get(after(number)));
    }
    List<String> _ = answers(PATIENCE.plusSeconds(plan.connections() / aSecond));
  }

  /** Lets all collect their garbage and note what the connections take. */
  void settle() throws LostException, InterruptedException {
    List<String> _ = ask("settle");
  }

  /** Lets all measure for a time. */
  void measure(Duration duration) throws LostException, InterruptedException {
    List<String> _ = ask("measure");
    long startNanos = System.nanoTime();
    while (System.nanoTime() - startNanos < duration.toNanos()) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      for (int number = 0; number < plan.workers(); number++) {
        try {
          processes.get(number).requireAlive();
        } catch (EndedException died) {
          throw lost(number, died);
        }
      }
    }
  }

  /** Ends all connections, and returns what each worker has seen. */
  List<WorkerReport> finish() throws LostException, InterruptedException {
    List<WorkerReport> reports = new ArrayList<>();
    for (String answer : ask("finish")) {
      try {
        reports.add(JsonMapper.shared().readValue(answer, WorkerReport.class));
      } catch (JacksonException noReport) {
        throw lost(reports.size(), new IOException("it printed something else than a report"));
      }
    }
    return reports;
  }

  private List<String> ask(String order) throws LostException, InterruptedException {
    for (int number = 0; number < plan.workers(); number++) {
      send(number, order);
    }
    return answers(PATIENCE);
  }

  private void send(int number, String order) throws LostException, InterruptedException {
    try {
      processes.get(number).send(order);
    } catch (EndedException died) {
      throw lost(number, died);
    }
  }

  /** Waits for a line of each. */
  private List<String> answers(Duration limit) throws LostException, InterruptedException {
    List<String> answers = new ArrayList<>();
    long endNanos = System.nanoTime() + limit.toNanos();
    for (int number = 0; number < plan.workers(); number++) {
      try {
        Duration left = Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
        answers.add(processes.get(number).receive(left));
      } catch (EndedException | TimeoutException failure) {
        throw lost(number, failure);
      }
    }
    return answers;
  }

  private LostException lost(int number, Exception failure) {
    return new LostException(
        "worker "
            + (number + 1)
            + " of "
            + plan.workers()
            + ", process "
            + processes.get(number).pid()
            + ": "
            + failure.getMessage(),
        failure);
  }

  /** Ends all processes. */
  @Override
  public void close() {
    processes.forEach(LineProcess::close);
  }
}
