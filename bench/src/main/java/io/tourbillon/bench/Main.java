package io.tourbillon.bench;

import io.tourbillon.bench.compare.CompareCommand;
import io.tourbillon.bench.compare.PageCommand;
import io.tourbillon.bench.demo.DemoCommand;
import io.tourbillon.bench.example.ExampleCommand;
import io.tourbillon.bench.jmh.JmhCommand;
import io.tourbillon.bench.scenario.MeasureCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
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
      ExampleCommand.class,
      JmhCommand.class,
      MeasureCommand.class,
      PageCommand.class
    },
    versionProvider = Main.Version.class)
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  /** Runs the program and ends the JVM with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The program, which answers wrong arguments with the rule, and not with pages of help. */
  public static CommandLine commandLine() {
    CommandLine program = new CommandLine(new Main());
    program.setParameterExceptionHandler(
        (wrong, args) -> {
          CommandLine command = wrong.getCommandLine();
          PrintWriter err = command.getErr();
          err.println(wrong.getMessage());
          if (!UnmatchedArgumentException.printSuggestions(wrong, err)) {
            err.println("See " + command.getCommandSpec().qualifiedName() + " --help");
          }
          err.flush();
          return command.getCommandSpec().exitCodeOnInvalidInput();
        });
    return program;
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
