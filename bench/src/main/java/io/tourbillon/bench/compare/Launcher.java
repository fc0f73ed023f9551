package io.tourbillon.bench.compare;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.compare.ResultsShape.MisshapenException;
import io.tourbillon.bench.console.OneLine;
import io.tourbillon.bench.host.ChildProcess;
import io.tourbillon.bench.host.OurJvm;
import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.scenario.Metric;
import io.tourbillon.bench.subject.ForeignKind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;

/** Executes one run in a separate process. */
final class Launcher {
  private static final String NO_MEASUREMENT = "it must print a measurement: ";
  private static final int MOST_SHOWN = 200;

  private final ChildProcess runner;
  private final Path folder;
  private final int heapMegabytes;
  private final Map<ForeignKind, ForeignPrograms.Program> foreign;

  Launcher(
      ChildProcess runner,
      Path folder,
      int heapMegabytes,
      Map<ForeignKind, ForeignPrograms.Program> foreign) {
    this.runner = runner;
    this.folder = folder;
    this.heapMegabytes = heapMegabytes;
    this.foreign = foreign;
  }

  /** Executes a run. Always returns an outcome, whatever the process does. */
  Outcome launch(Run run, Duration limit) throws InterruptedException {
    try {
      return outcome(run, limit, runner.run(folder, command(run), environment(run), limit));
    } catch (IOException e) {
      return run.failed("it could not be run: " + OneLine.causeWithFile(e));
    }
  }

  private static Outcome outcome(Run run, Duration limit, ChildProcess.Exit exit) {
    if (exit.timedOut()) {
      return run.failed("it did not end within " + limit.toSeconds() + " s");
    }
    if (exit.code() != 0) {
      return run.failed(exit.complaint());
    }
    try {
      Measurement measurement = ResultsFile.measurement(exit.output());
      Metric first = run.scenario().metrics().getFirst();
      return Double.isNaN(first.in(measurement))
          ? run.failed(NO_MEASUREMENT + "there is no " + first.id())
          : run.measured(measurement);
    } catch (MisshapenException misshapen) {
      return run.failed(NO_MEASUREMENT + misshapen.getMessage());
    } catch (JacksonException noJson) {
      return run.failed(NO_MEASUREMENT + shown(exit.output()));
    }
  }

  /** Shortens and escapes output, which may be long and need not be text. */
  private static String shown(String output) {
    String text = OneLine.of(output.strip());
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "...";
  }

  private List<String> command(Run run) {
    Job job = run.job();
    List<String> command = new ArrayList<>(program(run));
    command.add(run.scenario().id());
    if (!(run.subject() instanceof ForeignKind)) {
      command.add(run.subject().id());
    }
    command.add(Integer.toString(job.size()));
    command.add(Integer.toString(job.warmUpMillis()));
    command.add(Integer.toString(job.measureMillis()));
    return command;
  }

  /**
   * Gives Go's collector the JVM's heap size. Like the JVM's collector, it runs when that is full.
   */
  private Map<String, String> environment(Run run) {
    return run.subject() == ForeignKind.GO
        ? Map.of("GOGC", "off", "GOMEMLIMIT", heapMegabytes + "MiB")
        : Map.of();
  }

  private List<String> program(Run run) {
    if (run.subject() instanceof ForeignKind kind) {
      return Objects.requireNonNull(foreign.get(kind), "a subject must be present").command();
    }
    List<String> program = new ArrayList<>();
    program.add(OurJvm.executable());
    program.addAll(ServerJvm.flags(heapMegabytes));
    program.addAll(run.scenario().jvmFlags(heapMegabytes, run.job().size()));
    program.add("-cp");
    program.add(OurJvm.classPath());
    program.add(Main.class.getName());
    program.add("measure");
    program.add("--with-parent");
    return program;
  }
}
