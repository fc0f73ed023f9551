package io.tourbillon.bench.soak;

import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.OneLine;
import io.tourbillon.bench.console.OutputFile;
import io.tourbillon.bench.host.ChildProcess;
import io.tourbillon.bench.soak.round.RoundResult;
import io.tourbillon.bench.soak.round.Variant;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Runs one round in a process of its own, which may crash or hang. */
final class RoundLauncher {
  private static final String PROMISE = "the process ends by itself, with a result: ";

  /** For the start of the JVM, the rehearsal and the close, each with its patience. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** The process itself ends before, and says where it hangs. */
  private static final Duration LATER = Duration.ofSeconds(15);

  private final ChildProcess runner;
  private final Path scratch;
  private final Path folder;
  private final Class<?> main;
  private final PrintWriter err;

  /**
   * @param scratch where processes run
   * @param folder where the output of those that failed is kept
   * @param main the program
   */
  RoundLauncher(ChildProcess runner, Path scratch, Path folder, Class<?> main, PrintWriter err) {
    this.runner = runner;
    this.scratch = scratch;
    this.folder = folder;
    this.main = main;
    this.err = err;
  }

  /**
   * Runs a round. Always returns a result, whatever the process does.
   *
   * @param prefix of the command, such as a shell that sets a limit; empty for none
   */
  RoundResult launch(
      String name, long seed, Duration length, int heapMegabytes, List<String> prefix)
      throws InterruptedException {
    Variant variant = Variant.of(seed);
    Duration limit = length.plus(PATIENCE);
    List<String> command = new ArrayList<>(prefix);
    command.addAll(ServerJvm.command(heapMegabytes, variant.collector(), main));
    command.addAll(
        List.of(
            "soak-round",
            "--with-parent",
            name,
            Long.toString(seed),
            Long.toString(length.toMillis()),
            Long.toString(limit.toMillis())));
    try {
      ChildProcess.Exit exit = runner.run(scratch, command, Map.of(), limit.plus(LATER));
      return result(name, seed, variant, exit);
    } catch (IOException e) {
      return RoundResult.failed(
          name, seed, variant, PROMISE + "it could not be run: " + OneLine.causeWithFile(e));
    }
  }

  private RoundResult result(String name, long seed, Variant variant, ChildProcess.Exit exit) {
    if (exit.code() == 0 && !exit.timedOut()) {
      try {
        return JsonMapper.shared().readValue(exit.output(), RoundResult.class);
      } catch (JacksonException noJson) {
        keepOutput(name, seed, exit);
        return RoundResult.failed(name, seed, variant, PROMISE + "it printed something else");
      }
    }
    keepOutput(name, seed, exit);
    String seen = exit.timedOut() ? "it was ended after its limit" : exit.complaint();
    return RoundResult.failed(name, seed, variant, PROMISE + seen);
  }

  /** A stopped soak ends its process, whose output does not matter. */
  private void keepOutput(String name, long seed, ChildProcess.Exit exit) {
    if (runner.isStopped()) {
      return;
    }
    Path file = folder.resolve(name + "-" + seed + ".txt");
    try {
      OutputFile.write(file, "the output of a round", exit.output() + exit.errors());
    } catch (FileRefusedException failure) {
      err.println(failure.getMessage());
      err.flush();
    }
  }
}
