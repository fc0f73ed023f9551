package io.tourbillon.bench.demo;

import io.tourbillon.bench.account.Account;
import io.tourbillon.bench.account.Account.End;
import io.tourbillon.bench.host.Descriptors;
import io.tourbillon.coroutine.Engine;
import java.io.PrintWriter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run, for people.
 *
 * @param engine what carried the coroutines
 * @param arming of the background
 * @param spawning of the sleepers, until each had begun to sleep
 * @param serving null if the run was stopped before
 * @param pending timers pending just before the shutdown
 * @param stopped whether the run was ended before its time
 * @param ledger what has become of timers, delays, coroutines and requests
 * @param broken a sentence for each broken promise
 */
record Summary(
    Engine engine,
    Start arming,
    Start spawning,
    @Nullable Serving serving,
    long pending,
    boolean stopped,
    Ledger ledger,
    Stalls stalls,
    List<String> broken) {
  private static final double NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final double NANOS_PER_MICRO = TimeUnit.MICROSECONDS.toNanos(1);
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final String COLUMNS = "  %-18s %,12d %,12d %,12d";
  private static final String HEADINGS = COLUMNS.replace(",12d", "12s");

  /**
   * The start of many timers or coroutines.
   *
   * @param heapBytes by how much the heap in use has grown, both times after a full collection;
   *     NOT_MEASURED if the run was stopped
   */
  record Start(int count, long nanos, long heapBytes) {
    static final long NOT_MEASURED = Long.MIN_VALUE;

    /** With fewer, most of what is measured would be small changes of the heap itself. */
    private static final int MIN_MEASURABLE = 10_000;

    private boolean isMeasured() {
      return heapBytes != NOT_MEASURED && count >= MIN_MEASURABLE;
    }

    private double bytesEach() {
      return (double) heapBytes / count;
    }

    private double nanosEach() {
      return (double) nanos / count;
    }
  }

  /**
   * How clients were served.
   *
   * @param cpuNanos CPU of the whole process meanwhile
   * @param latenessNanos how long after their deadlines tasks ran meanwhile
   * @param wakeUpNanos how long after their delays coroutines went on meanwhile
   */
  record Serving(long nanos, long cpuNanos, Histogram latenessNanos, Histogram wakeUpNanos) {}

  /**
   * Delays of 100 ms or more: how often and for how long the driver was held up other than by a
   * task, so by the collector or the machine, and how often one turn of a coroutine held up a loop.
   */
  record Stalls(long count, long nanos, long ofLoops) {}

  boolean isPromiseKept() {
    return broken.isEmpty();
  }

  /** Returns true if the promise was kept, and tested by all clients. */
  boolean isWell() {
    return isPromiseKept() && !ledger.isOutOfDescriptors();
  }

  void print(PrintWriter out) {
    Formatter text = new Formatter(out, Locale.ROOT);
    if (serving == null) {
      text.format("%nStopped before it began to serve.%n%n");
    } else {
      text.format(
          "%nServed %,d clients for %.1f s%s.%n%n",
          Clients.COUNT, serving.nanos / NANOS_PER_SECOND, stopped ? ", then stopped" : "");
    }
    printAccounts(text);
    text.format("pending   %,d before the shutdown%n", pending);
    if (serving != null) {
      printRequests(text, serving);
      printLateness(text, serving);
      printCpu(text, serving);
    }
    printStarts(text);
    printPromise(text);
    out.flush();
  }

  private void printAccounts(Formatter text) {
    text.format(HEADINGS + " %12s%n", "timers", "scheduled", "fired", "cancelled", "handed back");
    for (Account account : ledger.timers.accounts()) {
      text.format(
          COLUMNS + " %,12d%n",
          account.kind(),
          account.begun(),
          account.ended(End.FIRED),
          account.ended(End.CANCELLED),
          account.ended(End.HANDED_BACK));
    }
    text.format(
        COLUMNS + " %,12d%n%n",
        "all",
        ledger.timers.total(Account::begun),
        ledger.timers.total(End.FIRED),
        ledger.timers.total(End.CANCELLED),
        ledger.timers.total(End.HANDED_BACK));
    text.format(HEADINGS + "%n", "delays", "begun", "over", "cancelled");
    for (Account account : ledger.delays.accounts()) {
      text.format(
          COLUMNS + "%n",
          account.kind(),
          account.begun(),
          account.ended(End.FIRED),
          account.ended(End.CANCELLED));
    }
    text.format("%n");
  }

  private void printRequests(Formatter text, Serving served) {
    text.format(
        "requests  %,d answered in time, %,.0f a second; %,d timed out%n",
        ledger.answers.sum(),
        ledger.answers.sum() / (served.nanos / NANOS_PER_SECOND),
        ledger.requestTimeouts.ended(End.FIRED));
    text.format(
        "          on %,d connections, %,d of them closed for being idle%n",
        ledger.connections.begun(), ledger.idleTimeouts.ended(End.FIRED));
    if (ledger.connections.failed() > 0) {
      text.format(
          "failures  %,d connections; the first: %s%n",
          ledger.connections.failed(), ledger.connections.firstFailure());
    }
    if (ledger.isOutOfDescriptors()) {
      text.format(
          "          file descriptors ran out: %,d may be open (ulimit -n), so not all clients"
              + " were%n          served%n",
          Descriptors.most());
    }
  }

  private void printLateness(Formatter text, Serving served) {
    if (served.latenessNanos.getTotalCount() > 0) {
      printPercentiles(text, "lateness", served.latenessNanos, "runs");
      text.format(
          "          after the deadline that was asked for; up to 1 ms of it is the tick%n");
      if (stalls.count > 0) {
        text.format(
            "          the driver was held up %,d times for 100 ms or more, %.1f s in all, by the%n"
                + "          collector or the machine and not by a task; arming is included%n",
            stalls.count, stalls.nanos / NANOS_PER_SECOND);
      }
    }
    if (served.wakeUpNanos.getTotalCount() > 0) {
      printPercentiles(text, "wake-ups", served.wakeUpNanos, "of coroutines");
      if (stalls.ofLoops > 0) {
        text.format(
            "          the loops were held up %,d times for 100 ms or more by a single turn;"
                + " spawning%n          is included%n",
            stalls.ofLoops);
      }
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

  private void printCpu(Formatter text, Serving served) {
    double cores = (double) served.cpuNanos / served.nanos;
    if (ledger.answers.sum() == 0) {
      text.format("CPU       %.2f cores%n", cores);
    } else {
      text.format(
          "CPU       %.2f cores while serving, %,.0f us a request: server, client, all timers%n"
              + "          and all coroutines%n",
          cores, served.cpuNanos / NANOS_PER_MICRO / ledger.answers.sum());
    }
  }

  private void printStarts(Formatter text) {
    if (arming.count > 0) {
      text.format(
          "arming    %,d timers in %.2f s, %,.0f ns each%n",
          arming.count, arming.nanos / NANOS_PER_SECOND, arming.nanosEach());
    }
    if (arming.isMeasured()) {
      text.format(
          "memory    %.1f bytes a pending timer: the heap after a full collection, with %,d"
              + " timers%n          less without; their tasks, which are the demo's, were there"
              + " both times%n",
          arming.bytesEach(), arming.count);
    } else {
      text.format(
          "memory    not measured: that takes %,d timers, all armed%n", Start.MIN_MEASURABLE);
    }
    text.format(
        "coroutine %,d sleepers, a session for each of %,d connections%n",
        ledger.sleepers.begun(), ledger.sessions.begun());
    if (spawning.count > 0) {
      text.format(
          "          spawned in %.2f s, %,.0f ns each, until all slept%n",
          spawning.nanos / NANOS_PER_SECOND, spawning.nanosEach());
    }
    if (spawning.isMeasured()) {
      text.format(
          "          %.0f bytes a sleeper, of the heap after a full collection%n",
          spawning.bytesEach());
    }
    text.format(
        "engine    %s, as this JVM was started %s %s%n",
        engine, engine == Engine.VIRTUAL_THREAD ? "with" : "without", Engine.VIRTUAL_THREAD.flag());
  }

  private void printPromise(Formatter text) {
    if (isPromiseKept()) {
      text.format(
          "promise   kept: each of %,d timers ended exactly once, none early%n"
              + "          and each of %,d coroutines, none of %,d delays early%n",
          ledger.timers.total(Account::begun),
          ledger.coroutines.total(Account::begun),
          ledger.delays.total(Account::begun));
    }
    for (String promise : broken) {
      text.format("promise   BROKEN: %s%n", promise);
    }
  }
}
