package io.tourbillon.bench.console;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The option {@code --output} of commands that write a report: the folder in which it will be, a
 * new one unless the user names one. {@link NewFolder} makes it.
 */
public final class ReportFolder {
  /** The file of a report that took the time. */
  public static final String RESULTS = "results.json";

  /** The file for readers, which is made from it. */
  public static final String PAGE = "page.html";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where to write. Default: a new folder, tourbillon-${COMMAND-NAME}-TIME.")
  private @Nullable Path folder;

  /**
   * Chooses the folder. Makes and writes nothing.
   *
   * @throws ParameterException if there is a report in it already, which would be overwritten, or
   *     if it is a file
   */
  public Path choose() {
    Path chosen = folder != null ? folder : Path.of(newName());
    if (Files.exists(chosen.resolve(RESULTS))) {
      throw wrong("--output must be a folder without results: " + chosen);
    }
    if (Files.exists(chosen) && !Files.isDirectory(chosen)) {
      throw wrong("--output must be a folder: " + chosen);
    }
    return chosen;
  }

  private String newName() {
    String time = LocalDateTime.now(ZoneId.systemDefault()).format(TIME);
    return "tourbillon-" + command.name() + "-" + time;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
