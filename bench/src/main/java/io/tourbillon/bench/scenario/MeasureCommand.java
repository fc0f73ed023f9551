package io.tourbillon.bench.scenario;

import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.host.OurJvm;
import io.tourbillon.bench.subject.Subject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** {@code tourbillon measure}: one scenario, one subject, one size, in this JVM. */
@Command(
    name = "measure",
    description = {
      "Runs one scenario for one subject in this JVM and prints a line of JSON. compare runs it in"
          + " JVMs of its own; to be of use by hand it needs a server's heap and collector."
    },
    hidden = true,
    mixinStandardHelpOptions = true)
public final class MeasureCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "SCENARIO")
  private String scenarioId = "";

  @Parameters(index = "1", paramLabel = "SUBJECT")
  private String subjectId = "";

  @Parameters(index = "2", paramLabel = "SIZE")
  private int size;

  @Parameters(index = "3", paramLabel = "WARM-UP-MILLIS")
  private int warmUpMillis;

  @Parameters(index = "4", paramLabel = "MEASURE-MILLIS")
  private int measureMillis;

  @Option(
      names = "--with-parent",
      description = "Ends when standard input does: when the process that started this one ends.")
  private boolean withParent;

  @Override
  public Integer call() throws Exception {
    Scenario scenario = scenario();
    Subject subject = subjectOf(scenario);
    requireAtLeast("SIZE", size, 1);
    requireAtLeast("WARM-UP-MILLIS", warmUpMillis, 0);
    requireAtLeast("MEASURE-MILLIS", measureMillis, 0);
    if (withParent) {
      OurJvm.endWithParent();
    }
    try {
      Measurement measurement = scenario.run(subject, new Job(size, warmUpMillis, measureMillis));
      spec.commandLine().getOut().println(JsonMapper.shared().writeValueAsString(measurement));
      spec.commandLine().getOut().flush();
      return 0;
    } catch (IllegalStateException checkFailed) {
      spec.commandLine().getErr().println(checkFailed.getMessage());
      return ExitCode.CHECK_FAILED.code();
    } catch (OutOfMemoryError noMemory) {
      spec.commandLine().getErr().println("not enough memory: " + noMemory.getMessage());
      return spec.exitCodeOnExecutionException();
    }
  }

  private void requireAtLeast(String name, int value, int least) {
    if (value < least) {
      throw new ParameterException(
          spec.commandLine(), name + " must be at least " + least + ": " + value);
    }
  }

  private Scenario scenario() {
    Scenario scenario = Scenario.byId(scenarioId);
    if (scenario == null) {
      throw new ParameterException(
          spec.commandLine(), "SCENARIO must be one of " + Scenario.ids() + ": " + scenarioId);
    }
    return scenario;
  }

  private Subject subjectOf(Scenario scenario) {
    return scenario.subjectsInJvm().stream()
        .filter(subject -> subject.id().equals(subjectId))
        .findFirst()
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "SUBJECT must be one of "
                        + scenario.subjectsInJvm().stream().map(Subject::id).toList()
                        + ": "
                        + subjectId));
  }
}
