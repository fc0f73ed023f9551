package io.tourbillon.bench.soak;

import io.tourbillon.bench.Progress;
import io.tourbillon.bench.console.DurationText;
import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.NewFolder;
import io.tourbillon.bench.console.OutputFile;
import io.tourbillon.bench.console.ReportFolder;
import io.tourbillon.bench.host.Build;
import io.tourbillon.bench.host.ChildProcess;
import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.host.ScratchFolder;
import io.tourbillon.bench.soak.fault.Fault;
import io.tourbillon.bench.soak.load.Load;
import io.tourbillon.bench.soak.round.RoundResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import me.tongfei.progressbar.ProgressBar;
import tools.jackson.databind.json.JsonMapper;

/** A soak: rounds of faults in turn, then loads, then the report. Another thread may stop it. */
final class Soak {
  private static final int BAR_COLUMNS = 110;

  /** A crash of this JVM loses at most the rounds of this time. */
  private static final long WRITE_NANOS = Duration.ofMinutes(1).toNanos();

  private final SoakRequest request;
  private final PrintWriter out;
  private final PrintWriter err;
  private final long startNanos = System.nanoTime();
  private final Instant started = Instant.now();
  private final Machine machine = Machine.here();
  private final ChildProcess runner = new ChildProcess();
  private final Archive archive = new Archive();
  private final Map<String, String> absent = new TreeMap<>();
  private long writtenNanos = startNanos;

  /** Prepares a soak. Writes nothing before it runs. */
  Soak(SoakRequest request, PrintWriter out, PrintWriter err) {
    this.request = request;
    this.out = out;
    this.err = err;
  }

  /** Ends the current round, and leaves out the others. */
  void stop() {
    runner.stop();
  }

  /**
   * Runs and reports.
   *
   * @return true if every promise was kept and everything could be written
   * @throws FileRefusedException if there is no place for files; nothing has run
   */
  boolean run() throws FileRefusedException, InterruptedException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (ScratchFolder scratch = ScratchFolder.make(temporary, err);
        NewFolder _ = NewFolder.make(request.folder())) {
      RoundLauncher launcher =
          new RoundLauncher(runner, scratch.path(), request.folder(), request.main(), err);
      List<Fault> faults = possible();
      announce(faults);
      try (ProgressBar bar =
          Progress.bar("soaking", request.whole().toMillis(), BAR_COLUMNS)
              .setUnit(" s", Duration.ofSeconds(1).toMillis())
              .build()) {
        runFaults(faults, launcher, bar);
        runLoads(launcher, bar);
      }
      return report();
    } finally {
      runner.stop();
    }
  }

  private List<Fault> possible() {
    List<Fault> faults = new ArrayList<>();
    for (Fault fault : request.faults()) {
      if (fault.absence().isEmpty()) {
        faults.add(fault);
      } else {
        absent.put(fault.id(), fault.absence());
      }
    }
    return faults;
  }

  private void announce(List<Fault> faults) {
    out.printf(
        Locale.ROOT,
        "soaking for %s: %d faults in turn, %d loads; seed %d%n",
        DurationText.of(request.whole()),
        faults.size(),
        request.loads().size(),
        request.seed());
    absent.forEach((id, reason) -> out.printf(Locale.ROOT, "without %s: %s%n", id, reason));
    out.flush();
  }

  private void runFaults(List<Fault> faults, RoundLauncher launcher, ProgressBar bar)
      throws InterruptedException {
    long number = 0;
    while (!faults.isEmpty()
        && number < request.rounds()
        && elapsed().compareTo(request.duration()) < 0
        && !runner.isStopped()) {
      Fault fault = faults.get((int) (number % faults.size()));
      long seed = request.seed() + number;
      bar.setExtraMessage(" " + fault.id() + ", seed " + seed);
      keep(
          launcher.launch(fault.id(), seed, request.round(), heapMegabytes(fault), fault.prefix()));
      number++;
      bar.stepTo(Math.min(elapsed().toMillis(), request.duration().toMillis()));
    }
    for (long missed = number; missed < faults.size(); missed++) {
      absent.put(
          faults.get((int) missed).id(),
          runner.isStopped()
              ? "the soak was stopped"
              : "the time or the number of rounds was over");
    }
  }

  private int heapMegabytes(Fault fault) {
    Integer asked = request.heapMegabytes();
    return asked == null ? fault.heapMegabytes() : asked;
  }

  private void runLoads(RoundLauncher launcher, ProgressBar bar) throws InterruptedException {
    long number = 0;
    for (Load load : request.loads()) {
      if (runner.isStopped()) {
        absent.put(load.id(), "the soak was stopped");
        continue;
      }
      Integer asked = request.heapMegabytes();
      bar.setExtraMessage(" " + load.id());
      keep(
          launcher.launch(
              load.id(),
              request.seed() + number,
              request.duration(),
              asked == null ? load.heapMegabytes() : asked,
              List.of()));
      number++;
      bar.stepBy(request.duration().toMillis());
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /** Prints a round, and writes the results now and then, so that they survive this JVM. */
  private void keep(RoundResult round) throws InterruptedException {
    if (!round.isWell() && runner.isStoppedSoon()) {
      absent.put(round.name(), "the soak was stopped");
      return;
    }
    archive.add(round);
    print(round);
    if (!round.isWell() || System.nanoTime() - writtenNanos > WRITE_NANOS) {
      boolean _ = write(ReportFolder.RESULTS, json());
      writtenNanos = System.nanoTime();
    }
  }

  private void print(RoundResult round) {
    out.printf(
        Locale.ROOT,
        "%-16s seed %-12d %-15s %s%n",
        round.name(),
        round.seed(),
        round.engine(),
        round.isWell() ? "kept" : "BROKEN");
    round.breaches().forEach(breach -> out.printf(Locale.ROOT, "  %s%n", breach));
    out.flush();
  }

  private SoakResults results() {
    return new SoakResults(
        SoakResults.FORMAT,
        started,
        elapsed().toSeconds(),
        request.command(),
        Build.read().commit(),
        machine,
        request.seed(),
        !runner.isStopped(),
        absent,
        archive.rounds());
  }

  private String json() {
    return JsonMapper.shared().writeValueAsString(results()) + System.lineSeparator();
  }

  private boolean report() {
    boolean isWell = archive.isWell();
    SoakResults results = results();
    out.println();
    out.print(SoakSummary.of(results.rounds()));
    absent.forEach((id, reason) -> out.printf(Locale.ROOT, "left out: %s: %s%n", id, reason));
    boolean written = write(ReportFolder.RESULTS, json());
    written &= write(ReportFolder.PAGE, SoakPage.render(results));
    out.flush();
    return isWell && written;
  }

  /** Writes a file; prints why if it could not be written. */
  private boolean write(String name, String text) {
    Path file = request.folder().resolve(name);
    try {
      OutputFile.write(file, "the report", text);
      return true;
    } catch (FileRefusedException failure) {
      err.println(failure.getMessage());
      err.flush();
      return false;
    }
  }
}
