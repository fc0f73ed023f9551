package io.tourbillon.bench.soak.load;

import com.sun.management.OperatingSystemMXBean;
import io.tourbillon.bench.host.Descriptors;
import io.tourbillon.bench.soak.round.Breaches;
import io.tourbillon.bench.soak.round.CheckedCoroutines;
import io.tourbillon.bench.soak.round.CheckedService;
import io.tourbillon.bench.soak.round.Sampler;
import io.tourbillon.bench.soak.round.Window;
import io.tourbillon.coroutine.CoroutineScheduler;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The part of a load with sockets that is in this JVM: servers, and clients of other servers, all
 * on one scheduler. Used in the order of its methods, by one thread.
 */
final class SocketTraffic implements AutoCloseable {
  /** Clients end at their next message, and servers when their clients have. */
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final int worker;
  private final Duration longestPause;
  private final SplittableRandom random;
  private final Breaches breaches = new Breaches();
  private final Sampler sampler = new Sampler(LoadReport.WINDOW_MILLIS);
  private final CoroutineScheduler scheduler =
      CoroutineScheduler.builder().name("soak").recordStats().build();
  private final CheckedCoroutines book = new CheckedCoroutines(sampler.sleeps(), breaches);
  private final CheckedService timers =
      new CheckedService("timers on loops", sampler.timers(), scheduler.timers());
  private final EchoServer server;
  private final EchoClients clients;

  // What was read when the measurement began.

  private long fromMillis;
  private long receivedBefore;
  private long cpuNanosBefore;
  private long heapBytes;
  private long threads;
  private long descriptors;

  /**
   * Builds the scheduler.
   *
   * @param worker the number of this process
   * @param longestPause between two messages of a connection; the shortest is a third of it
   */
  SocketTraffic(int worker, long seed, Duration longestPause) {
    this.worker = worker;
    this.longestPause = longestPause;
    random = new SplittableRandom(seed + worker);
    server = new EchoServer(scheduler, book, longestPause);
    clients =
        new EchoClients(
            scheduler, book, timers.timers(), timers.open("timers of pauses"), longestPause);
  }

  /** Listens for the clients of another worker, and returns the ports. */
  List<Integer> listen(int connections) throws IOException {
    return server.listen(connections);
  }

  /** Connects clients to the servers of another worker. */
  void connect(List<Integer> ports, int count, int aSecond) throws InterruptedException {
    if (!clients.connect(worker, ports, count, aSecond, random)) {
      breaches.add("every client connects", clients.connected() + " of " + count);
    }
  }

  /**
   * Notes what all connections take. Collects all garbage: what comes due meanwhile is late, and
   * says nothing.
   */
  void settle() {
    System.gc();
    heapBytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    threads = ManagementFactory.getThreadMXBean().getThreadCount();
    descriptors = Descriptors.open();
  }

  /** Begins to measure. */
  void measure() {
    Window _ = sampler.endPart();
    var _ = clients.roundTrips();
    fromMillis = sampler.millis();
    receivedBefore = clients.received();
    cpuNanosBefore = cpuNanos();
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  /**
   * Ends the measurement, then all connections, closes everything and judges. All workers must do
   * so at about the same time: a server ends with its client.
   */
  WorkerReport finish() throws IOException, InterruptedException {
    long cpuNanos = cpuNanos() - cpuNanosBefore;
    long measuredEchoes = clients.received() - receivedBefore;
    sampler.endWindow();
    Sampler.Times times = sampler.times();
    String roundTrips = WorkerReport.encode(clients.roundTrips());
    List<Window> windows =
        sampler.windows().stream()
            .filter(window -> window.atMillis() > fromMillis)
            .map(window -> window.since(fromMillis))
            .toList();
    stop();
    return new WorkerReport(
        scheduler.engine().name(),
        clients.connected(),
        server.accepted(),
        clients.sent(),
        clients.received(),
        server.echoed(),
        measuredEchoes,
        cpuNanos,
        heapBytes,
        threads,
        descriptors,
        0,
        roundTrips,
        WorkerReport.encode(times.timers()),
        WorkerReport.encode(times.sleeps()),
        WorkerReport.encode(times.machine()),
        breaches.all(),
        List.of(),
        windows);
  }

  private void stop() throws IOException, InterruptedException {
    clients.stop();
    server.close();
    if (!clients.awaitEnds(longestPause.plus(GRACE))) {
      breaches.add("every coroutine ends", "the clients were told to, and some have not");
    }
    // No client arms a timer any more.
    timers.shutDown();
    if (!scheduler.close(GRACE)) {
      breaches.add("every coroutine ends", "the scheduler was closed, and some have not");
    }
    clients.collect();
    book.collectLeft();
    book.judge("coroutines", scheduler.stats(), breaches);
    timers.judge(breaches);
    sampler.close();
  }

  @Override
  public void close() {
    boolean _ = scheduler.close(Duration.ZERO);
    sampler.close();
  }
}
