package io.tourbillon.bench.demo;

import io.tourbillon.coroutine.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What a run has shown, for people.
 *
 * @param arming what arming the background took
 * @param spawning what spawning the sleepers took
 * @param serving what serving took
 * @param pending timers pending just before the shutdown
 * @param stopped whether the run was ended before its time
 * @param kinds the accounts by kind
 * @param ledger what has become of the timers
 * @param delays what has become of the delays of coroutines
 * @param rolls which coroutines there were
 * @param tally what the clients have done
 * @param stalls what held the driver and the loops up
 * @param broken the promises that were broken, each as a sentence; none if all is well
 */
record Summary(
    Arming arming,
    Spawning spawning,
    Serving serving,
    long pending,
    boolean stopped,
    Kinds kinds,
    Ledger ledger,
    Ledger delays,
    Rolls rolls,
    Tally tally,
    Stalls stalls,
    List<String> broken) {
  private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final double NANOS_PER_MICRO = TimeUnit.MICROSECONDS.toNanos(1);
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final String COLUMNS = "  %-18s %12s %12s %12s %12s%n";
  private static final String DELAY_COLUMNS = "  %-18s %12s %12s %12s%n";

  /**
   * How the background was armed.
   *
   * @param timers how many timers
   * @param nanos how long it took
   * @param heapBytes by how much the heap in use has grown, both times after a full collection;
   *     less than nothing if it was not measured
   */
  record Arming(int timers, long nanos, long heapBytes) {
    static final long NOT_MEASURED = Long.MIN_VALUE;

    /** With fewer timers, most of what is measured would be the heap's own small changes. */
    static final int MIN_MEASURABLE = 10_000;

    boolean isMeasured() {
      return heapBytes != NOT_MEASURED && timers >= MIN_MEASURABLE;
    }
  }

  /**
   * How the sleepers were spawned.
   *
   * @param engine what carried them
   * @param sleepers how many
   * @param nanos how long it took until each had begun to sleep
   * @param heapBytes by how much the heap in use has grown, both times after a full collection;
   *     less than nothing if it was not measured
   */
  record Spawning(Engine engine, int sleepers, long nanos, long heapBytes) {
    boolean isMeasured() {
      return heapBytes != Arming.NOT_MEASURED && sleepers >= Arming.MIN_MEASURABLE;
    }
  }

  /**
   * How clients were served.
   *
   * @param nanos for how long
   * @param cpuNanos what CPU the whole process took meanwhile
   * @param latenessNanos how long after their deadlines tasks ran meanwhile
   * @param wakeUpNanos how long after their delays coroutines went on meanwhile
   */
  record Serving(long nanos, long cpuNanos, Histogram latenessNanos, Histogram wakeUpNanos) {
    static final Serving NONE = new Serving(0, 0, new Histogram(1), new Histogram(1));

    boolean isNone() {
      return nanos == 0;
    }
  }

  /**
   * How often the driver was held up for 100 ms or more through no task's fault, and for how long
   * in all: by the collector, or by whatever else this machine has to do. And how often one turn of
   * a coroutine held a loop up for as long.
   */
  record Stalls(long count, long nanos, long ofLoops) {}

  boolean isPromiseKept() {
    return broken.isEmpty();
  }

  /** Whether the promise was kept, and tested by all clients. */
  boolean isWell() {
    return isPromiseKept() && !tally.isOutOfDescriptors();
  }

  void print(PrintWriter out) {
    Formatter text = new Formatter(out, Locale.ROOT);
    text.format("%n");
    printRun(text);
    text.format("%n");
    printTimers(text);
    text.format("%n");
    printDelays(text);
    text.format("%n");
    text.format("pending   %,d before the shutdown%n", pending);
    printRequests(text);
    printLateness(text);
    printWakeUps(text);
    printCpu(text);
    printMemory(text);
    printCoroutines(text);
    printPromise(text);
    out.flush();
  }

  private void printRun(Formatter text) {
    if (serving.isNone()) {
      text.format("Stopped before it began to serve.%n");
    } else {
      text.format(
          "Served %,d clients for %.1f s%s.%n",
          Clients.COUNT, serving.nanos / NANOS_PER_SECOND, stopped ? ", then stopped" : "");
    }
  }

  private void printTimers(Formatter text) {
    text.format(COLUMNS, "timers", "scheduled", "fired", "cancelled", "handed back");
    for (Account account : ledger.accounts()) {
      row(
          text,
          account.kind(),
          account.accepted(),
          account.fired(),
          account.cancelled(),
          account.handedBack());
    }
    row(
        text,
        "all",
        ledger.total(Account::accepted),
        ledger.total(Account::fired),
        ledger.total(Account::cancelled),
        ledger.total(Account::handedBack));
  }

  private void printDelays(Formatter text) {
    text.format(DELAY_COLUMNS, "delays", "begun", "over", "cancelled");
    for (Account account : delays.accounts()) {
      text.format(
          DELAY_COLUMNS,
          account.kind(),
          grouped(account.accepted()),
          grouped(account.fired()),
          grouped(account.cancelled()));
    }
  }

  private void printRequests(Formatter text) {
    if (serving.isNone()) {
      return;
    }
    text.format(
        "requests  %,d answered in time, %,.0f a second; %,d timed out%n",
        tally.answers(),
        tally.answers() / (serving.nanos / NANOS_PER_SECOND),
        kinds.requestTimeouts().fired());
    text.format(
        "          on %,d connections, %,d of them closed for being idle%n",
        tally.connections(), kinds.idleTimeouts().fired());
    IOException failure = tally.firstFailure();
    if (failure != null) {
      text.format("failures  %,d connections; the first: %s%n", tally.failures(), failure);
    }
    if (tally.isOutOfDescriptors()) {
      text.format(
          "          file descriptors ran out: %,d may be open (ulimit -n), so not all clients"
              + " were%n          served%n",
          Descriptors.most());
    }
  }

  private void printLateness(Formatter text) {
    Histogram late = serving.latenessNanos();
    if (late.getTotalCount() == 0) {
      return;
    }
    printPercentiles(text, "lateness", late, "runs");
    text.format("          after the deadline that was asked for; up to 1 ms of it is the tick%n");
    if (stalls.count > 0) {
      text.format(
          "          the driver was held up %,d times for 100 ms or more, %.1f s in all, by the%n"
              + "          collector or the machine and not by a task; arming is included%n",
          stalls.count, stalls.nanos / NANOS_PER_SECOND);
    }
  }

  private void printWakeUps(Formatter text) {
    Histogram late = serving.wakeUpNanos();
    if (late.getTotalCount() == 0) {
      return;
    }
    printPercentiles(text, "wake-ups", late, "of coroutines");
    if (stalls.ofLoops > 0) {
      text.format(
          "          the loops were held up %,d times for 100 ms or more by a single turn;"
              + " spawning%n          is included%n",
          stalls.ofLoops);
    }
  }

  private static void printPercentiles(
      Formatter text, String what, Histogram late, String counted) {
    text.format(
        "%-10sms: p50 %.3f  p90 %.3f  p99 %.3f  p99.9 %.3f  max %.3f; %,d %s while serving%n",
        what,
        late.getValueAtPercentile(50) / NANOS_PER_MILLI,
        late.getValueAtPercentile(90) / NANOS_PER_MILLI,
        late.getValueAtPercentile(99) / NANOS_PER_MILLI,
        late.getValueAtPercentile(99.9) / NANOS_PER_MILLI,
        late.getMaxValue() / NANOS_PER_MILLI,
        late.getTotalCount(),
        counted);
  }

  private void printCpu(Formatter text) {
    if (serving.isNone()) {
      return;
    }
    double cores = (double) serving.cpuNanos / serving.nanos;
    if (tally.answers() == 0) {
      text.format("CPU       %.2f cores%n", cores);
      return;
    }
    text.format(
        "CPU       %.2f cores while serving, %,.0f us a request: server, client, all timers%n"
            + "          and all coroutines%n",
        cores, serving.cpuNanos / NANOS_PER_MICRO / tally.answers());
  }

  private void printMemory(Formatter text) {
    if (arming.timers > 0) {
      text.format(
          "arming    %,d timers in %.2f s, %,.0f ns each%n",
          arming.timers, arming.nanos / NANOS_PER_SECOND, (double) arming.nanos / arming.timers);
    }
    if (arming.isMeasured()) {
      text.format(
          "memory    %.1f bytes a pending timer: the heap after a full collection, with %,d"
              + " timers%n          less without; their tasks, which are the demo's, were there"
              + " both times%n",
          (double) arming.heapBytes / arming.timers, arming.timers);
    } else {
      text.format(
          "memory    not measured: that takes %,d timers, all armed%n", Arming.MIN_MEASURABLE);
    }
  }

  private void printCoroutines(Formatter text) {
    text.format(
        "coroutine %,d sleepers, a session for each of %,d connections%n",
        rolls.sleepers().spawned(), rolls.sessions().spawned());
    if (spawning.sleepers > 0) {
      text.format(
          "          spawned in %.2f s, %,.0f ns each, until all slept%n",
          spawning.nanos / NANOS_PER_SECOND, (double) spawning.nanos / spawning.sleepers);
    }
    if (spawning.isMeasured()) {
      text.format(
          "          %.0f bytes a sleeper, of the heap after a full collection%n",
          (double) spawning.heapBytes / spawning.sleepers);
    }
    text.format(
        "engine    %s, %s %s%n",
        spawning.engine,
        spawning.engine == Engine.VIRTUAL_THREAD
            ? "as this JVM was started with"
            : "as this JVM was started without",
        Engine.VIRTUAL_THREAD.flag());
  }

  private void printPromise(Formatter text) {
    if (isPromiseKept()) {
      text.format(
          "promise   kept: each of %,d timers ended exactly once, none early%n",
          ledger.total(Account::accepted));
      text.format(
          "          and each of %,d coroutines, none of %,d delays early%n",
          rolls.spawned(), delays.total(Account::accepted));
    }
    for (String promise : broken) {
      text.format("promise   BROKEN: %s%n", promise);
    }
  }

  private static void row(
      Formatter text, String kind, long accepted, long fired, long cancelled, long handedBack) {
    text.format(
        COLUMNS, kind, grouped(accepted), grouped(fired), grouped(cancelled), grouped(handedBack));
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
