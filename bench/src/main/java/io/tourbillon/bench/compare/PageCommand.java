package io.tourbillon.bench.compare;

import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.console.FileRefusedException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tourbillon page}: makes a new page from results. */
@Command(
    name = "page",
    description = "Makes a page of results that compare has written.",
    mixinStandardHelpOptions = true)
public final class PageCommand implements Callable<Integer> {
  private static final String OUTPUT = "--output";

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RESULTS", description = "A file of results.")
  private Path input = Path.of("");

  @Option(
      names = OUTPUT,
      paramLabel = "FILE",
      defaultValue = "page.html",
      description = "Where to write the page; ${DEFAULT-VALUE} by default.")
  private Path output = Path.of("");

  @Override
  public Integer call() throws FileRefusedException {
    Results results = results();
    Page.write(results, output, OUTPUT);
    spec.commandLine().getOut().println(output.toAbsolutePath());
    spec.commandLine().getOut().flush();
    return ExitCode.OK.code();
  }

  /** Checks both files before anything is written. */
  private Results results() {
    try {
      Results results = ResultsFile.read(input);
      Page.requireWritable(output, OUTPUT);
      return results;
    } catch (FileRefusedException refused) {
      throw new ParameterException(spec.commandLine(), refused.getMessage(), refused);
    }
  }
}
