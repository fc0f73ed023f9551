package io.tourbillon.bench.soak.load;

import io.tourbillon.bench.host.Descriptors;
import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.soak.round.Lateness;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * A coroutine at each end of many connections, each waiting for its socket. The clients send a
 * message every few seconds and check that it comes back; the servers check what they get.
 *
 * <p>Each end takes a file descriptor, and a process may have only so many. So the connections are
 * shared by as many processes as that takes ({@link SocketPlan}), each a {@link SocketWorker} with
 * clients and servers, and the figures of all are put together.
 */
final class Sockets implements LoadTrial {
  /** Of the process that gives the orders and adds the figures up. */
  static final int HEAP_MEGABYTES = 256;

  private static final int CONNECTS_A_SECOND = 2_000;

  /**
   * What came due during the collection before the measurement is late, and says nothing; and the
   * compilers of all processes are busy then.
   */
  private static final long MOST_SETTLE_MILLIS = 20_000;

  private final int asked;
  private final long descriptors;
  private final Duration longestPause;
  private final Class<?> main;

  /** Prepares a load that takes about 40 % of two cores of 2026 with 50,000 connections. */
  Sockets(int connections) {
    this(connections, Descriptors.most(), Duration.ofSeconds(15), SocketWorker.class);
  }

  /**
   * Prepares a load.
   *
   * @param descriptors how many files a process may open
   * @param longestPause between two messages of a connection; the shortest is a third of it
   * @param main the program of a worker
   */
  Sockets(int connections, long descriptors, Duration longestPause, Class<?> main) {
    asked = connections;
    this.descriptors = descriptors;
    this.longestPause = longestPause;
    this.main = main;
  }

  @Override
  public RoundResult run(String name, long seed, Duration duration) throws Exception {
    LoadReport report = new LoadReport(name, seed);
    SocketPlan plan = SocketPlan.of(asked, descriptors, Machine.availableBytes() >> 20);
    report.figure("processes", plan.workers());
    report.figure("MiB of heap of each", plan.heapMegabytes());
    if (plan.shortfall() != null) {
      report.note(plan.shortfall());
    }
    try (SocketWorkers workers = SocketWorkers.start(plan, seed, longestPause, main)) {
      long startNanos = System.nanoTime();
      workers.connect(CONNECTS_A_SECOND);
      report.figure("milliseconds to connect all", (System.nanoTime() - startNanos) / 1_000_000);
      workers.settle();
      TimeUnit.MILLISECONDS.sleep(Math.min(MOST_SETTLE_MILLIS, duration.toMillis() / 10));
      workers.measure(duration);
      return result(report, plan, workers.finish(), duration);
    } catch (SocketWorkers.LostException lost) {
      report.breaches().add("each worker lives to the end", String.valueOf(lost.getMessage()));
      return report.result("", null, List.of());
    }
  }

  private static RoundResult result(
      LoadReport report, SocketPlan plan, List<WorkerReport> workers, Duration duration) {
    long ends = sum(workers, WorkerReport::connected) + sum(workers, WorkerReport::accepted);
    long echoes = sum(workers, WorkerReport::measuredEchoes);
    report.figure("connections", sum(workers, WorkerReport::connected));
    report.figure("coroutines that wait for a socket of their own", ends);
    report.figure("echoes", echoes);
    report.figure("echoes a second", echoes / Math.max(1, duration.toSeconds()));
    report.figure(
        "CPU of all processes, per mille of "
            + Runtime.getRuntime().availableProcessors()
            + " cores",
        sum(workers, WorkerReport::cpuNanos)
            / Math.max(1, duration.toMillis() * Runtime.getRuntime().availableProcessors())
            / 1000);
    report.times("round trip", added(workers, WorkerReport::roundTrips));
    Window part = part(workers);
    report.lateness(part);
    report.figure("threads of all processes", sum(workers, WorkerReport::threads));
    report.figure("open files of all processes", sum(workers, WorkerReport::descriptors));
    report.figure("MiB of live heap in all processes", sum(workers, WorkerReport::heapBytes) >> 20);
    report.figure(
        "bytes of live heap for each coroutine",
        sum(workers, WorkerReport::heapBytes) / Math.max(1, ends));
    report.figure(
        "KiB of live heap left in all processes after the close",
        sum(workers, WorkerReport::leftBytes) >> 10);
    judge(report, plan, workers);
    return report.result(workers.getFirst().engine(), part, windows(workers));
  }

  private static void judge(LoadReport report, SocketPlan plan, List<WorkerReport> workers) {
    for (int number = 0; number < workers.size(); number++) {
      report
          .breaches()
          .addAll(
              "worker " + (number + 1) + " of " + workers.size(), workers.get(number).breaches());
      workers.get(number).notes().forEach(report::note);
    }
    long connected = sum(workers, WorkerReport::connected);
    long accepted = sum(workers, WorkerReport::accepted);
    if (connected != plan.connections() || accepted != connected) {
      report
          .breaches()
          .add(
              "each connection has two ends",
              connected + " connected, " + accepted + " accepted, of " + plan.connections());
    }
    long sent = sum(workers, WorkerReport::sent);
    long echoed = sum(workers, WorkerReport::echoed);
    long received = sum(workers, WorkerReport::received);
    if (sent != received || echoed != sent) {
      report
          .breaches()
          .add(
              "no message is lost or doubled",
              sent + " were sent, " + echoed + " echoed, " + received + " came back");
    }
  }

  private static long sum(List<WorkerReport> workers, ToLongFunction<WorkerReport> figure) {
    return workers.stream().mapToLong(figure).sum();
  }

  private static Histogram added(
      List<WorkerReport> workers, Function<WorkerReport, String> histogram) {
    Histogram sum = WorkerReport.decode(histogram.apply(workers.getFirst()));
    workers.stream().skip(1).map(histogram).map(WorkerReport::decode).forEach(sum::add);
    return sum;
  }

  /** Returns the lateness of all workers together, from their histograms. */
  private static Window part(List<WorkerReport> workers) {
    return new Window(
        0,
        Lateness.of(added(workers, WorkerReport::timers)),
        Lateness.of(added(workers, WorkerReport::sleeps)),
        Lateness.of(added(workers, WorkerReport::machine)),
        sum(workers, WorkerReport::heapBytes),
        Math.toIntExact(sum(workers, WorkerReport::threads)));
  }

  /** Returns windows for plots, each the worst of what the workers have seen then. */
  private static List<Window> windows(List<WorkerReport> workers) {
    int count = workers.stream().mapToInt(worker -> worker.windows().size()).min().orElse(0);
    List<Window> windows = new ArrayList<>();
    for (int at = 0; at < count; at++) {
      int moment = at;
      windows.add(
          Window.worst(workers.stream().map(worker -> worker.windows().get(moment)).toList()));
    }
    return windows;
  }
}
