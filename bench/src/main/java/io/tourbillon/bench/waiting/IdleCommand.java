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

/** {@code tourbillon idle}: what a service costs that has nothing to do. */
@Command(
    name = "idle",
    description = "Measures wake-ups and CPU of a service with one timer far away.",
    mixinStandardHelpOptions = true)
public final class IdleCommand implements Callable<Integer> {
  private static final int MOST_SECONDS = 3000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "For how long, each. Default: ${DEFAULT-VALUE}.")
  private int seconds = 5;

  @Option(
      names = "--subject",
      paramLabel = "NAME",
      description = "Only this one, in this JVM: ${COMPLETION-CANDIDATES}.")
  private @Nullable TimerKind subject;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 1 || seconds > MOST_SECONDS) {
      throw new ParameterException(
          spec.commandLine(), "--seconds must be from 1 to " + MOST_SECONDS + ": " + seconds);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (subject != null) {
      print(out, subject, IdleCost.measure(subject, seconds));
      return 0;
    }
    out.printf("One timer an hour away, for %d s; CPU in percent of a core%n%n", seconds);
    out.printf(
        "%-14s %16s %12s %17s %13s%n",
        "", "driver wake-ups", "driver CPU", "process wake-ups", "process CPU");
    out.flush();
    return FreshJvm.runEach(
        List.of(TimerKind.OURS_IDS, TimerKind.NETTY_512),
        "idle",
        "--seconds",
        Integer.toString(seconds));
  }

  private static void print(PrintWriter out, TimerKind kind, IdleCost cost) {
    Wakeups wakeups = cost.wakeups();
    out.printf(
        "%-14s %16s %12.3f %17s %13.3f%n",
        kind,
        wakeups == null ? "not told here" : wakeups.thread(),
        100.0 * cost.driverCpuNanos() / cost.nanos(),
        wakeups == null ? "not told here" : wakeups.process(),
        100.0 * cost.cpuNanos() / cost.nanos());
    out.flush();
  }
}
