package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.soak.round.Breaches;
import io.tourbillon.bench.soak.round.Leftovers;
import io.tourbillon.bench.soak.round.LogTail;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * The program of a worker: a part of the connections, in a process that follows the orders of
 * {@link SocketWorkers}, one after the other. It answers each by a line:
 *
 * <pre>
 *   (start)                       PORT,PORT,...
 *   connect COUNT RATE PORT,...   connected
 *   settle                        settled
 *   measure                       measuring
 *   finish                        the report, as JSON
 * </pre>
 *
 * <p>Arguments: the number of the worker, the seed, the longest pause in milliseconds, and how many
 * connections its servers will have. The process ends after the report, and when its input ends:
 * then the one who gives the orders has died.
 */
final class SocketWorker {
  private static final int REHEARSED = 20;
  private static final Duration REHEARSED_PAUSE = Duration.ofMillis(60);
  private static final int REHEARSED_MILLIS = 300;

  /** Written by the thread that reads, taken by the one that works. */
  private final BlockingQueue<String> orders = new LinkedBlockingQueue<>();

  private SocketWorker() {}

  public static void main(String[] args) throws Exception {
    SocketWorker worker = new SocketWorker();
    Thread.ofPlatform().daemon().name("worker-orders").start(worker::readOrders);
    LogTail log = LogTail.install();
    long seed = Long.parseLong(args[1]);
    Leftovers leftovers = rehearse(seed);
    WorkerReport report =
        worker.work(
            Integer.parseInt(args[0]),
            seed,
            Duration.ofMillis(Long.parseLong(args[2])),
            Integer.parseInt(args[3]));
    Breaches left = new Breaches();
    leftovers.judge(left, 0);
    answer(
        JsonMapper.shared()
            .writeValueAsString(report.atEnd(leftovers.grownBytes(), left.all(), log.lines())));
    System.exit(ExitCode.OK.code());
  }

  /**
   * Loads classes and lets the JDK start its threads, by a small load with connections to itself.
   */
  private static Leftovers rehearse(long seed) throws IOException, InterruptedException {
    try (SocketTraffic traffic = new SocketTraffic(0, seed, REHEARSED_PAUSE)) {
      List<Integer> ports = traffic.listen(REHEARSED);
      traffic.connect(ports, REHEARSED, REHEARSED * 1000 / REHEARSED_MILLIS);
      traffic.settle();
      traffic.measure();
      Thread.sleep(REHEARSED_MILLIS);
      String _ = JsonMapper.shared().writeValueAsString(traffic.finish());
    }
    return Leftovers.before();
  }

  private WorkerReport work(int number, long seed, Duration longestPause, int served)
      throws IOException, InterruptedException {
    try (SocketTraffic traffic = new SocketTraffic(number, seed, longestPause)) {
      answer(traffic.listen(served).stream().map(String::valueOf).collect(Collectors.joining(",")));
      String[] connect = order("connect");
      traffic.connect(
          Arrays.stream(connect[3].split(",")).map(Integer::valueOf).toList(),
          Integer.parseInt(connect[1]),
          Integer.parseInt(connect[2]));
      answer("connected");
      order("settle");
      traffic.settle();
      answer("settled");
      order("measure");
      traffic.measure();
      answer("measuring");
      order("finish");
      return traffic.finish();
    }
  }

  private String[] order(String expected) throws InterruptedException {
    String[] words = orders.take().split(" ");
    if (!words[0].equals(expected)) {
      throw new IllegalStateException("the order must be " + expected + ": " + words[0]);
    }
    return words;
  }

  private static void answer(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private void readOrders() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        orders.add(line);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      Runtime.getRuntime().halt(ExitCode.FAILED.code());
    }
  }
}
