package io.tourbillon.bench.demo;

import io.tourbillon.bench.Interruption;
import io.tourbillon.timer.TimerService;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tourbillon demo}: checks its options, runs the demo, and prints the summary. */
@Command(
    name = "demo",
    description = {
      "Runs the timer service under an HTTP server with real clients, on the loopback address, and"
          + " checks that no timer is lost or early.",
      "Ctrl-C ends it early, with the summary."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:all is well",
      "1:a promise of the service was broken, or the demo failed",
      "2:a wrong option",
      "130:all was well until Ctrl-C ended it"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int MAX_SECONDS = 86_400;
  private static final int MAX_TIMERS = 50_000_000;

  /** Heap for a timer of the background: task and reference, id, the service's own, and slack. */
  private static final long HEAP_BYTES_PER_TIMER = 120;

  /** Heap for everything else. */
  private static final long HEAP_BYTES_BESIDES = 64L << 20;

  @Option(
      names = "--seconds",
      defaultValue = "30",
      paramLabel = "N",
      description = "How long to serve, 1 to " + MAX_SECONDS + "; ${DEFAULT-VALUE} by default.")
  private long seconds;

  @Option(
      names = "--timers",
      defaultValue = "1000000",
      paramLabel = "N",
      description =
          "How many timers are pending in the background, 0 to "
              + MAX_TIMERS
              + "; ${DEFAULT-VALUE} by default.")
  private long timers;

  @Option(
      names = "--with-parent",
      description =
          "End, with the summary, when the process that started this one ends. A signal to Maven"
              + " alone does not get here.")
  private boolean withParent;

  @Spec private CommandSpec spec;

  private final UnaryOperator<TimerService> disguise;
  private final long heapBytes;

  /** For picocli. */
  public DemoCommand() {
    this(UnaryOperator.identity(), Runtime.getRuntime().maxMemory());
  }

  /** For tests: what to put between the demo and the service, and how far the heap may grow. */
  DemoCommand(UnaryOperator<TimerService> disguise, long heapBytes) {
    this.disguise = disguise;
    this.heapBytes = heapBytes;
  }

  @Override
  public Integer call() throws Exception {
    requireRange("--seconds", seconds, 1, MAX_SECONDS);
    requireRange("--timers", timers, 0, MAX_TIMERS);
    requireHeap();
    return run(new Demo((int) seconds, (int) timers, disguise));
  }

  private void requireRange(String option, long value, long least, long most) {
    if (value < least) {
      throw wrong(String.format(Locale.ROOT, "%s must be at least %d: %d", option, least, value));
    }
    if (value > most) {
      throw wrong(String.format(Locale.ROOT, "%s must be at most %d: %d", option, most, value));
    }
  }

  private void requireHeap() {
    long neededBytes = timers * HEAP_BYTES_PER_TIMER + HEAP_BYTES_BESIDES;
    if (neededBytes > heapBytes) {
      throw wrong(
          String.format(
              Locale.ROOT,
              "--timers must fit into the heap of %,d MB (java -Xmx, or -Ddemo.heap with Maven):"
                  + " %d need %,d MB",
              heapBytes >> 20,
              timers,
              neededBytes >> 20));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private int run(Demo demo) throws Exception {
    try (Interruption interruption = Interruption.listen(demo::stop)) {
      if (withParent) {
        followParent(demo);
      }
      Summary summary = demo.run();
      summary.print(spec.commandLine().getOut());
      if (summary.isPromiseKept()) {
        return spec.exitCodeOnSuccess();
      }
      interruption.insistOn(spec.exitCodeOnExecutionException());
      return spec.exitCodeOnExecutionException();
    }
  }

  private static void followParent(Demo demo) {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              var _ = parent.onExit().thenRun(demo::stop);
            });
  }
}
