package io.tourbillon.bench.compare;

import io.tourbillon.bench.Progress;
import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.subject.ForeignKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import me.tongfei.progressbar.ProgressBar;

/** A comparison from its preparation to its files. May be stopped by another thread. */
final class Comparison implements AutoCloseable {
  static final String RESULTS = "results.json";
  static final String PAGE = "page.html";

  /** Processes in the last minute; of a machine at rest it is some tenths. */
  private static final double BUSY = 1;

  private static final int BAR_COLUMNS = 110;

  private final Request request;
  private final long startNanos = System.nanoTime();
  private final Instant started = Instant.now();
  private final Machine machine = Machine.here();
  private final Build build = Build.read();
  private final Estimate estimate;
  private final Path scratch;
  private final ChildProcess runner;
  private final List<Outcome> outcomes = new ArrayList<>();
  private int plannedRuns;

  Comparison(Request request) throws IOException {
    this.request = request;
    estimate = new Estimate(request.heapMegabytes());
    scratch = Files.createTempDirectory("tourbillon-compare");
    runner = new ChildProcess(scratch);
  }

  /** Ends what runs, and leaves out what is left. */
  void stop() {
    runner.stop();
  }

  /**
   * Measures, writes and tells.
   *
   * @return whether no subject of ours failed or got slower
   * @throws UnfitException if a subject that was asked for by name is not here
   */
  boolean run(PrintWriter out) throws IOException, InterruptedException, UnfitException {
    makeFolder();
    ForeignPrograms foreign = foreignPrograms();
    Plan plan =
        request.plan(
            subject -> !(subject instanceof ForeignKind) || foreign.present().containsKey(subject));
    plannedRuns = plan.runs().size();
    announce(out, plan, foreign);
    Launcher launcher = new Launcher(runner, request.heapMegabytes(), foreign.present());
    Conductor conductor =
        new Conductor(launcher, runner, estimate, startNanos + request.limit().toNanos());
    try (ProgressBar bar =
        Progress.bar("measuring", estimate.millis(plan), BAR_COLUMNS)
            .setUnit(" s", Duration.ofSeconds(1).toMillis())
            .build()) {
      conductor.carryOut(plan, bar, outcome -> keep(outcome, foreign));
    }
    return report(results(foreign), out);
  }

  private void makeFolder() throws UnfitException {
    try {
      Files.createDirectories(request.folder());
      Files.delete(Files.createTempFile(request.folder(), "results", ".part"));
    } catch (IOException e) {
      throw new UnfitException("--output must be a folder that can be written: " + e.getMessage());
    }
  }

  private ForeignPrograms foreignPrograms()
      throws IOException, InterruptedException, UnfitException {
    List<ForeignKind> wanted = Stream.of(ForeignKind.values()).filter(request.isWanted()).toList();
    ForeignPrograms programs = find(wanted);
    for (Map.Entry<ForeignKind, String> absent : programs.absent().entrySet()) {
      if (request.subjectIds().contains(absent.getKey().id())) {
        throw new UnfitException(
            "--subject must be on this machine: "
                + absent.getKey().id()
                + ": "
                + absent.getValue());
      }
    }
    return programs;
  }

  private ForeignPrograms find(List<ForeignKind> wanted)
      throws IOException, InterruptedException, UnfitException {
    try {
      return ForeignPrograms.find(wanted, runner, scratch, ForeignPrograms.systemPath());
    } catch (IOException e) {
      if (runner.isStopped()) {
        throw new UnfitException("the comparison was stopped before anything was measured");
      }
      throw e;
    }
  }

  private void announce(PrintWriter out, Plan plan, ForeignPrograms foreign) {
    out.printf(
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
      out.printf("quick, so without %s%n", request.leftOutByQuick());
    }
    foreign.absent().forEach((kind, reason) -> out.printf("without %s: %s%n", kind.id(), reason));
    out.flush();
  }

  /**
   * Also writes what there is so far, so that whatever happens to this JVM leaves it behind. What
   * is left out comes in hundreds, in a moment, and is written at the end.
   */
  private void keep(Outcome outcome, ForeignPrograms foreign) {
    outcomes.add(outcome);
    if (outcome.status() == Outcome.Status.LEFT_OUT) {
      return;
    }
    try {
      ResultsFile.write(results(foreign), request.folder().resolve(RESULTS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Results results(ForeignPrograms foreign) {
    Map<String, String> versions = new TreeMap<>(build.versions());
    foreign.present().forEach((kind, program) -> versions.put(kind.id(), program.version()));
    Map<String, String> absent = new TreeMap<>();
    foreign.absent().forEach((kind, reason) -> absent.put(kind.id(), reason));
    return new Results(
        Results.FORMAT,
        started,
        Duration.ofNanos(System.nanoTime() - startNanos).toSeconds(),
        request.command(),
        build.commit(),
        machine,
        ServerJvm.flags(request.heapMegabytes()),
        versions,
        absent,
        plannedRuns,
        List.copyOf(outcomes));
  }

  private boolean report(Results results, PrintWriter out) throws IOException {
    Path file = request.folder().resolve(RESULTS);
    ResultsFile.write(results, file);
    Path page = request.folder().resolve(PAGE);
    Files.writeString(page, Page.render(results));
    Summary summary = Summary.of(results);
    out.println();
    out.print(SummaryTable.of(summary));
    out.println();
    tellOfMissing(summary, out);
    boolean isWell = outcomes.stream().noneMatch(Outcome::isFailureOfOurs);
    Results before = request.before();
    if (before != null) {
      Regression regression = new Regression(before, results);
      out.println(regression);
      isWell &= !regression.hasOursSlowed();
    }
    out.println(file);
    out.println(page);
    out.flush();
    return isWell;
  }

  /** Says why some have no number, or fewer than they should. */
  private static void tellOfMissing(Summary summary, PrintWriter out) {
    for (Row row : summary.rows()) {
      for (String failure : row.failures()) {
        out.printf("%s %d %s: %s%n", row.scenario(), row.size(), row.subject(), failure);
      }
    }
  }

  @Override
  public void close() throws IOException {
    runner.stop();
    try (Stream<Path> files = Files.walk(scratch)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
