package io.tourbillon.bench.waiting;

import io.tourbillon.bench.subject.TimerKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tourbillon memory}: what a pending timer weighs. */
@Command(
    name = "memory",
    description = "Measures the heap that pending timers take up, ours and the peers'.",
    mixinStandardHelpOptions = true)
public final class MemoryCommand implements Callable<Integer> {
  /** More than that many timers of some peer do not fit into the heap. */
  private static final int MOST_TIMERS = 50_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--timers",
      paramLabel = "N",
      description = "How many, at most 50 million. Default: ${DEFAULT-VALUE}.")
  private int timers = 1_000_000;

  @Option(
      names = "--subject",
      paramLabel = "NAME",
      description = "Only this one, in this JVM: ${COMPLETION-CANDIDATES}.")
  private @Nullable TimerKind subject;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (timers < 1 || timers > MOST_TIMERS) {
      throw new ParameterException(
          spec.commandLine(), "--timers must be from 1 to " + MOST_TIMERS + ": " + timers);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (subject != null) {
      Footprint footprint = Footprint.measure(subject, timers);
      out.printf(
          "%-14s %16.1f %24.1f%n",
          subject, footprint.bytesPerTimer(), footprint.leftBytes() / 1024.0);
      out.flush();
      return 0;
    }
    out.printf("%,d timers pending, one task for all%n%n", timers);
    out.printf("%-14s %16s %24s%n", "", "bytes a timer", "left after cancel, KiB");
    out.flush();
    return FreshJvm.runEach(
        List.of(TimerKind.values()), "memory", "--timers", Integer.toString(timers));
  }
}
