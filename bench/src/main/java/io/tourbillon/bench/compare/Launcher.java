package io.tourbillon.bench.compare;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.scenario.Job;
import io.tourbillon.bench.scenario.Measurement;
import io.tourbillon.bench.subject.ForeignKind;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Carries out one run in a process of its own. */
final class Launcher {
  private final ChildProcess runner;
  private final int heapMegabytes;
  private final Map<ForeignKind, ForeignPrograms.Program> foreign;

  Launcher(
      ChildProcess runner, int heapMegabytes, Map<ForeignKind, ForeignPrograms.Program> foreign) {
    this.runner = runner;
    this.heapMegabytes = heapMegabytes;
    this.foreign = foreign;
  }

  /** Runs it and says what became of it; never without an outcome, whatever the process does. */
  Outcome launch(Run run, Duration limit) throws IOException, InterruptedException {
    ChildProcess.Exit exit = runner.run(command(run), limit);
    if (exit.timedOut()) {
      return run.failed("it did not end within " + limit.toSeconds() + " s");
    }
    if (exit.code() != 0) {
      return run.failed(exit.complaint());
    }
    try {
      return run.measured(JsonMapper.shared().readValue(exit.output(), Measurement.class));
    } catch (JacksonException e) {
      return run.failed("it did not print a measurement: " + e.getOriginalMessage());
    }
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

  private List<String> program(Run run) {
    if (run.subject() instanceof ForeignKind kind) {
      return Objects.requireNonNull(foreign.get(kind), "a subject must be present").command();
    }
    List<String> program = new ArrayList<>();
    program.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    program.addAll(ServerJvm.flags(heapMegabytes));
    program.addAll(run.scenario().jvmFlags(heapMegabytes));
    program.add("-cp");
    program.add(classPath());
    program.add(Main.class.getName());
    program.add("measure");
    return program;
  }

  /** Ours, as it is seen from another folder. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }
}
