package io.tourbillon.bench.console;

import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Checks that apply to the arguments of every command. */
public final class Arguments {
  private Arguments() {}

  /**
   * Refuses empty arguments and empty parts of lists. The parser would take an empty argument for
   * the current folder or this machine. It would drop an empty part, and an empty list would mean
   * all.
   *
   * @throws ParameterException if there is an empty argument or part
   */
  public static void requireWhole(ParseResult parsed) {
    for (ArgSpec argument : parsed.matchedArgs()) {
      for (String value : argument.originalStringValues()) {
        requireWhole(parsed, argument, value);
      }
    }
    if (parsed.hasSubcommand()) {
      requireWhole(parsed.subcommand());
    }
  }

  private static void requireWhole(ParseResult parsed, ArgSpec argument, String value) {
    String name =
        argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    if (value.isBlank()) {
      throw wrong(parsed, name + " must not be empty: '" + value + "'");
    }
    if (!argument.splitRegex().isEmpty()) {
      for (String part : value.split(argument.splitRegex(), -1)) {
        if (part.isBlank()) {
          throw wrong(parsed, name + " must be a list without empty parts: " + value);
        }
      }
    }
  }

  private static ParameterException wrong(ParseResult parsed, String message) {
    return new ParameterException(parsed.commandSpec().commandLine(), message);
  }
}
