package io.tourbillon.bench.compare;

import io.tourbillon.bench.Progress;
import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.NewFolder;
import io.tourbillon.bench.console.OneLine;
import io.tourbillon.bench.console.ReportFolder;
import io.tourbillon.bench.durable.DurableKind;
import io.tourbillon.bench.host.Build;
import io.tourbillon.bench.host.ChildProcess;
import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.host.ScratchFolder;
import io.tourbillon.bench.subject.ForeignKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A comparison, from its preparation to its files. Another thread may stop it. */
final class Comparison {
  /** Processes that wanted a core in the last minute. An idle machine has some tenths. */
  private static final double BUSY = 1;

  private static final int BAR_COLUMNS = 110;

  private final Request request;
  private final PrintWriter out;
  private final PrintWriter err;
  private final long startNanos = System.nanoTime();
  private final Instant started = Instant.now();
  private final Machine machine = Machine.here();
  private final Build build = Build.read();
  private final Estimate estimate;
  private final ChildProcess runner = new ChildProcess();
  private final List<Outcome> outcomes = new ArrayList<>();
  private int plannedRuns;

  /** Whether the last attempt to write the results has failed. */
  private boolean unwritten;

  /** Prepares a comparison. Writes nothing before it runs. */
  Comparison(Request request, PrintWriter out, PrintWriter err) {
    this.request = request;
    this.out = out;
    this.err = err;
    estimate = new Estimate(request.heapMegabytes());
  }

  /** Ends the current run, and leaves out the others. */
  void stop() {
    runner.stop();
  }

  /**
   * Measures, reports and writes the results.
   *
   * @return true if no subject of ours failed or got slower, and everything could be written
   * @throws UnfitException if a subject that was requested by name is not on this machine
   * @throws FileRefusedException if there is no place for files; nothing was measured
   */
  boolean run() throws FileRefusedException, InterruptedException, UnfitException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (ScratchFolder scratch = ScratchFolder.make(temporary, err);
        NewFolder _ = NewFolder.make(request.folder())) {
      ForeignPrograms foreign = find(scratch.path());
      if (foreign == null) {
        return tellOfStop();
      }
      requirePresent(foreign);
      measure(scratch.path(), foreign);
      boolean begun =
          outcomes.stream().anyMatch(outcome -> outcome.status() != Outcome.Status.LEFT_OUT);
      return (begun || !runner.isStopped()) ? report(results(foreign)) : tellOfStop();
    } finally {
      runner.stop();
    }
  }

  private boolean tellOfStop() {
    err.println("the comparison was stopped before anything was measured");
    err.flush();
    return true;
  }

  /** Returns null if the comparison was stopped meanwhile. */
  private @Nullable ForeignPrograms find(Path scratch)
      throws FileRefusedException, InterruptedException {
    List<ForeignKind> wanted = Stream.of(ForeignKind.values()).filter(request.isWanted()).toList();
    try {
      ForeignPrograms programs =
          ForeignPrograms.find(wanted, runner, scratch, ForeignPrograms.systemPath());
      // Ctrl-C reaches a program that is being probed before it reaches this JVM.
      boolean stopped = programs.absent().isEmpty() ? runner.isStopped() : runner.isStoppedSoon();
      return stopped ? null : programs;
    } catch (IOException failure) {
      if (runner.isStopped()) {
        return null;
      }
      throw new FileRefusedException(
          "the temporary folder must be one that can be written: "
              + scratch
              + ": "
              + OneLine.cause(failure));
    }
  }

  private void requirePresent(ForeignPrograms programs) throws UnfitException {
    for (Map.Entry<String, String> absent : absent(programs).entrySet()) {
      if (request.subjectIds().contains(absent.getKey())) {
        throw new UnfitException(
            "--subject must be on this machine: " + absent.getKey() + ": " + absent.getValue());
      }
    }
  }

  /** Why subjects are not on this machine, by their ids: programs and databases. */
  private Map<String, String> absent(ForeignPrograms programs) {
    Map<String, String> absent = new TreeMap<>();
    programs.absent().forEach((kind, reason) -> absent.put(kind.id(), reason));
    Stream.of(DurableKind.values())
        .filter(request.isWanted())
        .filter(
            kind -> request.scenarios().stream().anyMatch(each -> each.subjects().contains(kind)))
        .filter(kind -> !kind.absence().isEmpty())
        .forEach(kind -> absent.put(kind.id(), kind.absence()));
    return absent;
  }

  private void measure(Path scratch, ForeignPrograms foreign) throws InterruptedException {
    Map<String, String> absent = absent(foreign);
    Plan plan =
        request.plan(
            subject ->
                subject instanceof ForeignKind
                    ? foreign.present().containsKey(subject)
                    : !absent.containsKey(subject.id()));
    plannedRuns = plan.runs().size();
    announce(plan, absent);
    Launcher launcher = new Launcher(runner, scratch, request.heapMegabytes(), foreign.present());
    Conductor conductor =
        new Conductor(launcher, runner, estimate, startNanos + request.limit().toNanos());
    try (ProgressBar bar =
        Progress.bar("measuring", estimate.millis(plan), BAR_COLUMNS)
            .setUnit(" s", Duration.ofSeconds(1).toMillis())
            .build()) {
      conductor.carryOut(plan, bar, outcome -> keep(outcome, foreign));
    }
  }

  private void announce(Plan plan, Map<String, String> absent) {
    out.printf(
        Locale.ROOT,
        "%d runs, usually %d s, of %s%n",
        plan.runs().size(),
        Duration.ofMillis(estimate.millis(plan)).toSeconds(),
        plan.runs().stream().map(run -> run.scenario().id()).distinct().toList());
    if (machine.load() > BUSY) {
      out.printf(
          Locale.ROOT,
          "other programs are running: %.1f processes wanted a core in the last minute%n",
          machine.load());
    }
    if (request.quick()) {
      out.printf(Locale.ROOT, "quick, so without %s%n", request.leftOutByQuick());
    }
    absent.forEach((id, reason) -> out.printf(Locale.ROOT, "without %s: %s%n", id, reason));
    out.flush();
  }

  /**
   * Adds an outcome and writes the results so far, so that they survive a crash of this JVM.
   * Outcomes that were left out come by the hundred in a moment; they are written at the end. A
   * full disk may have room by then, so it does not end the comparison.
   */
  private void keep(Outcome outcome, ForeignPrograms foreign) {
    outcomes.add(outcome);
    if (outcome.status() == Outcome.Status.LEFT_OUT) {
      return;
    }
    try {
      ResultsFile.write(results(foreign), request.folder().resolve(ReportFolder.RESULTS));
      unwritten = false;
    } catch (FileRefusedException failure) {
      if (!unwritten) {
        err.println(failure.getMessage() + "; it is tried again after each run");
        err.flush();
      }
      unwritten = true;
    }
  }

  private Results results(ForeignPrograms foreign) {
    Map<String, String> versions = new TreeMap<>(build.versions());
    foreign.present().forEach((kind, program) -> versions.put(kind.id(), program.version()));
    return new Results(
        Results.FORMAT,
        started,
        Duration.ofNanos(System.nanoTime() - startNanos).toSeconds(),
        request.command(),
        build.commit(),
        machine,
        ServerJvm.flags(request.heapMegabytes()),
        versions,
        absent(foreign),
        plannedRuns,
        List.copyOf(outcomes));
  }

  /** Prints the table first, so that it is there even if no file can be written. */
  private boolean report(Results results) {
    Summary summary = Summary.of(results);
    out.println();
    out.print(SummaryTable.of(summary));
    out.println();
    tellOfMissing(summary);
    boolean isWell = outcomes.stream().noneMatch(Outcome::isFailureOfOurs);
    Results before = request.before();
    if (before != null) {
      Regression regression = new Regression(before, results);
      out.println(regression);
      isWell &= !regression.hasOursSlowed();
    }
    isWell &= writeAndTell(ReportFolder.RESULTS, file -> ResultsFile.write(results, file));
    isWell &= writeAndTell(ReportFolder.PAGE, file -> Page.write(results, file, "the page"));
    out.flush();
    return isWell;
  }

  /** Writes a file, and prints where it is or why it could not be written. */
  private boolean writeAndTell(String name, Writer writer) {
    Path file = request.folder().resolve(name);
    try {
      writer.write(file);
      out.println(file);
      return true;
    } catch (FileRefusedException failure) {
      err.println(failure.getMessage());
      err.flush();
      return false;
    }
  }

  /** Writes a file. */
  private interface Writer {
    void write(Path file) throws FileRefusedException;
  }

  /** Prints why some rows have no number, or fewer runs than planned. */
  private void tellOfMissing(Summary summary) {
    for (Row row : summary.rows()) {
      for (String failure : row.failures()) {
        out.printf(
            Locale.ROOT, "%s %d %s: %s%n", row.scenario(), row.size(), row.subject(), failure);
      }
    }
  }
}
