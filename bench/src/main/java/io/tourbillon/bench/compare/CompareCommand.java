package io.tourbillon.bench.compare;

import io.tourbillon.bench.Interruption;
import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.HeapSize;
import io.tourbillon.bench.console.ReportFolder;
import io.tourbillon.bench.host.Machine;
import io.tourbillon.bench.scenario.Scenario;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tourbillon compare}. */
@Command(
    name = "compare",
    description = {
      "Runs ours and the peers on the same work, each run in a fresh process, subjects in turn, and"
          + " writes results.json and page.html.",
      "Nothing else should run on the machine meanwhile. Ctrl-C keeps what was measured so far."
    },
    mixinStandardHelpOptions = true)
public final class CompareCommand implements Callable<Integer> {
  private static final int USUAL_REPETITIONS = 3;
  private static final int USUAL_HEAP_MEGABYTES = 8192;
  private static final int QUICK_HEAP_MEGABYTES = 512;

  /** Ten seconds less than promised, for the work after the last run. */
  private static final Duration QUICK_LIMIT = Duration.ofSeconds(110);

  private static final Duration NO_LIMIT = Duration.ofDays(30);

  @Spec private CommandSpec spec;

  @Option(
      names = "--scenario",
      split = ",",
      paramLabel = "NAME",
      description = "Only these. See --list.")
  private List<String> scenarioIds = new ArrayList<>();

  @Option(
      names = "--subject",
      split = ",",
      paramLabel = "NAME",
      description = "Only these. See --list.")
  private Set<String> subjectIds = new LinkedHashSet<>();

  @Option(
      names = "--size",
      split = ",",
      paramLabel = "N",
      description =
          "How many timers, coroutines or threads. Replaces the sizes of the scenario; needs one"
              + " --scenario.")
  private List<Integer> sizes = new ArrayList<>();

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "How often. Default: 3, with --quick once.")
  private @Nullable Integer repetitions;

  @Option(
      names = "--quick",
      description = "A first impression within 2 minutes: smaller, shorter, fewer subjects.")
  private boolean quick;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      converter = HeapSize.class,
      description = "Heap of each JVM, such as 4g. Default: 8g, with --quick 512m.")
  private @Nullable Integer heapMegabytes;

  @Mixin private ReportFolder folder;

  @Option(
      names = "--against",
      paramLabel = "FILE",
      description = "A results.json of before: says what got slower beyond the noise.")
  private @Nullable Path against;

  @Option(names = "--list", description = "Lists scenarios and their subjects, and ends.")
  private boolean list;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      out.print(listing());
      out.flush();
      return 0;
    }
    try {
      return run(request(), out);
    } catch (UnfitException | FileRefusedException unfit) {
      throw new ParameterException(spec.commandLine(), unfit.getMessage(), unfit);
    }
  }

  private int run(Request request, PrintWriter out)
      throws FileRefusedException, InterruptedException, UnfitException {
    request.requireFit(Machine.availableBytes() >> 20);
    Comparison comparison = new Comparison(request, out, spec.commandLine().getErr());
    try (Interruption interruption = Interruption.listen(comparison::stop)) {
      return comparison.run() ? interruption.exitCode() : ExitCode.FAILED.code();
    }
  }

  private Request request() throws UnfitException, FileRefusedException {
    return new Request(
        scenarios(),
        subjectIds,
        sizes.stream().distinct().toList(),
        repetitions != null ? repetitions : quick ? 1 : USUAL_REPETITIONS,
        quick,
        heapMegabytes != null ? heapMegabytes : quick ? QUICK_HEAP_MEGABYTES : USUAL_HEAP_MEGABYTES,
        quick ? QUICK_LIMIT : NO_LIMIT,
        folder.choose(),
        against == null ? null : earlier(against),
        String.join(" ", spec.commandLine().getParseResult().originalArgs()));
  }

  private List<Scenario> scenarios() throws UnfitException {
    if (scenarioIds.isEmpty()) {
      return Arrays.stream(Scenario.values())
          .filter(scenario -> !quick || !scenario.quick().sizes().isEmpty())
          .toList();
    }
    List<Scenario> scenarios = new ArrayList<>();
    for (String id : scenarioIds) {
      Scenario scenario = Scenario.byId(id);
      if (scenario == null) {
        throw new UnfitException("--scenario must be one of " + Scenario.ids() + ": " + id);
      }
      scenarios.add(scenario);
    }
    return scenarios.stream().distinct().toList();
  }

  private static Results earlier(Path file) throws FileRefusedException {
    try {
      return ResultsFile.read(file);
    } catch (FileRefusedException refused) {
      throw new FileRefusedException("--against: " + refused.getMessage());
    }
  }

  private static String listing() {
    StringBuilder text = new StringBuilder();
    for (Scenario scenario : Scenario.values()) {
      text.append(scenario.id()).append(" ").append(scenario.full().sizes()).append('\n');
      text.append("  ").append(scenario.description()).append('\n');
      scenario
          .subjects()
          .forEach(
              subject ->
                  text.append(
                      String.format(
                          Locale.ROOT, "    %-16s %s%n", subject.id(), subject.configuration())));
    }
    return text.toString();
  }
}
