package io.tourbillon.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tourbillon page}: makes the page of results anew. */
@Command(
    name = "page",
    description = "Makes a page of results that compare has written.",
    mixinStandardHelpOptions = true)
public final class PageCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RESULTS", description = "A file of results.")
  private Path input = Path.of("");

  @Option(
      names = "--output",
      paramLabel = "FILE",
      defaultValue = "page.html",
      description = "Where to write the page; ${DEFAULT-VALUE} by default.")
  private Path output = Path.of("");

  @Override
  public Integer call() {
    if (output.toAbsolutePath().normalize().equals(input.toAbsolutePath().normalize())) {
      throw new ParameterException(
          spec.commandLine(), "--output must be another file than the results: " + output);
    }
    write(Page.render(read()));
    spec.commandLine().getOut().println(output.toAbsolutePath());
    spec.commandLine().getOut().flush();
    return spec.exitCodeOnSuccess();
  }

  private Results read() {
    try {
      return ResultsFile.read(input);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void write(String page) {
    try {
      Files.writeString(output, page);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "--output must be a file that can be written: " + output, e);
    }
  }
}
