package io.tourbillon.bench;

import io.tourbillon.bench.compare.CompareCommand;
import io.tourbillon.bench.compare.PageCommand;
import io.tourbillon.bench.console.Arguments;
import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.console.OneLine;
import io.tourbillon.bench.console.PathArgument;
import io.tourbillon.bench.console.StandardOutput;
import io.tourbillon.bench.demo.DemoCommand;
import io.tourbillon.bench.jmh.JmhCommand;
import io.tourbillon.bench.scenario.MeasureCommand;
import io.tourbillon.bench.soak.RoundCommand;
import io.tourbillon.bench.soak.SoakCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code tourbillon}: each piece of work is a subcommand. */
@Command(
    name = "tourbillon",
    description = "Benchmarks, comparisons and demonstrations of the Tourbillon timers.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CompareCommand.class,
      DemoCommand.class,
      JmhCommand.class,
      MeasureCommand.class,
      PageCommand.class,
      RoundCommand.class,
      SoakCommand.class
    },
    versionProvider = Main.Version.class)
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  /** Runs the program and ends the JVM with its exit code. */
  public static void main(String[] args) {
    // Programs also read these numbers, and libraries such as JMH print them in the default locale.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    StandardOutput output = StandardOutput.install();
    CommandLine program =
        commandLine().setOut(new PrintWriter(System.out, true, System.out.charset()));
    int exitCode = program.execute(args);
    program.getOut().flush();
    System.out.flush();
    System.exit(output.exitCode(exitCode, System.err));
  }

  /**
   * Returns the program. It answers wrong arguments with the rule instead of pages of help, and
   * failures of input and output with their cause instead of a stack trace.
   */
  public static CommandLine commandLine() {
    CommandLine program = new CommandLine(new Main());
    // An argument such as @/dev/zero would be read as a file of arguments, whole.
    program.setExpandAtFiles(false);
    program.registerConverter(Path.class, new PathArgument());
    ExitCode.describeAll(program);
    program.setExecutionStrategy(Main::execute);
    program.setParameterExceptionHandler((wrong, args) -> refuse(wrong));
    program.setExecutionExceptionHandler((failure, command, parsed) -> fail(failure, command));
    return program;
  }

  private static int execute(ParseResult parsed) {
    Arguments.requireWhole(parsed);
    return new RunLast().execute(parsed);
  }

  private static int refuse(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(OneLine.bounded(OneLine.of(String.valueOf(wrong.getMessage()))));
    // The help does not describe files and ports.
    boolean isFailure = wrong.getCause() instanceof IOException;
    if (!isFailure && !UnmatchedArgumentException.printSuggestions(wrong, err)) {
      err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
    }
    err.flush();
    return ExitCode.REFUSED.code();
  }

  /**
   * Prints a failure of input or output. Any other one is a defect: it is thrown, so that its stack
   * trace is shown.
   */
  private static int fail(Exception failure, CommandLine command) throws Exception {
    if (OneLine.unwrapped(failure) instanceof IOException ofFile) {
      command.getErr().println(OneLine.causeWithFile(ofFile));
      command.getErr().flush();
      return ExitCode.FAILED.code();
    }
    throw failure;
  }

  /** Called when no subcommand was given. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** The version comes from the jar's manifest; classes outside a jar have none. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"tourbillon " + (version == null ? "(development build)" : version)};
    }
  }
}
