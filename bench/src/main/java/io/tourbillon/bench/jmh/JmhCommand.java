package io.tourbillon.bench.jmh;

import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.console.OneLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code tourbillon jmh}. Has no options of its own, so that all of JMH's options pass through. */
@Command(
    name = "jmh",
    description = {
      "Passes all arguments to JMH: jmh -h describes them, jmh -l lists the benchmarks."
    })
public final class JmhCommand implements Callable<Integer> {
  private static final String HELP = "--help";

  @Spec private CommandSpec spec;

  @Unmatched List<String> arguments = new ArrayList<>();

  /** Does what JMH's own main method does, which would end the JVM if something is wrong. */
  @Override
  public Integer call() throws IOException {
    boolean help = arguments.removeIf(HELP::equals);
    CommandLineOptions options = options();
    if (help) {
      spec.commandLine().usage(spec.commandLine().getOut());
    }
    if (help || options.shouldHelp()) {
      options.showHelp();
      return ExitCode.OK.code();
    }
    try {
      return run(options, runner(options));
    } catch (NoBenchmarksException none) {
      throw wrong("a benchmark must match, see jmh -l: " + options.getIncludes());
    } catch (RunnerException failure) {
      return failed(failure);
    }
  }

  private CommandLineOptions options() {
    try {
      return new CommandLineOptions(arguments.toArray(new String[0]));
    } catch (CommandLineOptionException | IllegalStateException | IllegalArgumentException wrong) {
      // JMH refuses some values by exceptions that it does not declare, in several lines.
      throw wrong(String.valueOf(wrong.getMessage()).replaceAll("\\R", " "));
    }
  }

  /** JMH opens the file of its output here. */
  private Runner runner(CommandLineOptions options) {
    try {
      return new Runner(options);
    } catch (IllegalStateException refused) {
      if (refused.getCause() instanceof IOException ofFile) {
        throw wrong("-o must be a file that can be written: " + OneLine.cause(ofFile));
      }
      throw refused;
    }
  }

  private static int run(CommandLineOptions options, Runner runner) throws RunnerException {
    if (options.shouldList()) {
      runner.list();
    } else if (options.shouldListWithParams()) {
      runner.listWithParams(options);
    } else if (options.shouldListProfilers()) {
      options.listProfilers();
    } else if (options.shouldListResultFormats()) {
      options.listResultFormats();
    } else {
      runner.run();
    }
    return ExitCode.OK.code();
  }

  /** Reports why JMH gave up. JMH has already printed what failed in a benchmark. */
  private int failed(RunnerException failure) {
    PrintWriter err = spec.commandLine().getErr();
    Throwable cause = failure;
    while (cause != null) {
      err.println(cause.getMessage() == null ? cause.toString() : cause.getMessage());
      cause = cause.getCause();
    }
    err.flush();
    return ExitCode.FAILED.code();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
