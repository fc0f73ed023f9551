package io.tourbillon.bench.console;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** The exit codes of all commands. The help of each command lists them. */
public enum ExitCode {
  OK(0, "all went well"),
  FAILED(
      1,
      "it failed: a check of ours did not pass, ours got slower than before, or something could not"
          + " be fetched or written"),
  REFUSED(
      2,
      "nothing was done: an argument or a file that it names is wrong, or this machine does not"
          + " have what it takes"),
  CHECK_FAILED(3, "measure only: the work was not really done, so there is no number"),
  HUNG_UP(129, "the terminal was closed; all was well until then"),
  INTERRUPTED(130, "Ctrl-C ended it; all was well until then"),
  OUTPUT_CLOSED(
      141, "standard output was closed by its reader, as by head; all was well otherwise"),
  TERMINATED(143, "a kill ended it; all was well until then");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  /** Adds all exit codes to the help of a command and of its subcommands. */
  public static void describeAll(CommandLine command) {
    Map<String, String> meanings = new LinkedHashMap<>();
    for (ExitCode exitCode : values()) {
      meanings.put(Integer.toString(exitCode.code), exitCode.meaning);
    }
    command
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("Exit codes:%n")
        .exitCodeList(meanings);
    command.getSubcommands().values().forEach(ExitCode::describeAll);
  }
}
