package io.tourbillon.bench.demo;

import io.tourbillon.bench.Interruption;
import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.console.OneLine;
import io.tourbillon.bench.host.Descriptors;
import io.tourbillon.bench.orders.OrdersDemo;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
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
          + " checks that no timer is lost or early. Each connection is served by a coroutine, with"
          + " a great many others asleep beside it.",
      "Ctrl-C ends it early, with the summary, and at once if that comes too late."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final int MAX_SECONDS = 86_400;
  private static final int MAX_TIMERS = 50_000_000;
  private static final int MAX_COROUTINES = 10_000_000;
  private static final int LAST_PORT = 65_535;

  /** Both ends of each client's connection, and as much as the rest of the demo opens. */
  private static final long NEEDED_DESCRIPTORS = 2L * Clients.COUNT + 50;

  /** Heap for a timer of the background: task and reference, id, the service's own, and slack. */
  private static final long HEAP_BYTES_PER_TIMER = 120;

  /**
   * Heap for a coroutine that sleeps: its stack, up to 1,050 bytes with all else that belongs to
   * it, and the stacks that it has left behind since the last collection.
   */
  private static final long HEAP_BYTES_PER_COROUTINE = 1_200;

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
      names = "--coroutines",
      defaultValue = "1000000",
      paramLabel = "N",
      description =
          "How many coroutines sleep beside the server's, 0 to "
              + MAX_COROUTINES
              + "; ${DEFAULT-VALUE} by default.")
  private long coroutines;

  @Option(
      names = "--metrics-port",
      defaultValue = "9464",
      paramLabel = "N",
      description =
          "Where on the loopback address to serve metrics and a live page, 0 for any port that is"
              + " free; ${DEFAULT-VALUE} by default.")
  private long metricsPort;

  @Option(
      names = "--with-parent",
      description =
          "End, with the summary, when the process that started this one ends. A signal to Maven"
              + " alone does not get here.")
  private boolean withParent;

  @Option(
      names = "--durable",
      arity = "0..1",
      fallbackValue = "true",
      defaultValue = "false",
      paramLabel = "true|false",
      description =
          "Show durable timers instead: orders that expire unless they are paid, in a file, whose"
              + " process is killed and started again in the middle. Only --seconds matters then.")
  private boolean durable;

  @Spec private CommandSpec spec;

  private final UnaryOperator<TimerService> disguise;
  private final Clock clock;
  private final long heapBytes;

  /** For picocli. */
  public DemoCommand() {
    this(UnaryOperator.identity(), Clock.system(), Runtime.getRuntime().maxMemory());
  }

  /**
   * For tests: what to put between the demo and the service, the clock of the coroutines, and how
   * far the heap may grow.
   */
  DemoCommand(UnaryOperator<TimerService> disguise, Clock clock, long heapBytes) {
    this.disguise = disguise;
    this.clock = clock;
    this.heapBytes = heapBytes;
  }

  @Override
  public Integer call() throws Exception {
    if (durable) {
      requireRange("--seconds", seconds, OrdersDemo.LEAST_SECONDS, MAX_SECONDS);
      return run(new OrdersDemo((int) seconds, spec.commandLine().getOut()));
    }
    requireRange("--seconds", seconds, 1, MAX_SECONDS);
    requireRange("--timers", timers, 0, MAX_TIMERS);
    requireRange("--coroutines", coroutines, 0, MAX_COROUTINES);
    requireRange("--metrics-port", metricsPort, 0, LAST_PORT);
    long timerBytes = timers * HEAP_BYTES_PER_TIMER + HEAP_BYTES_BESIDES;
    requireHeap("--timers", timers, timerBytes, heapBytes);
    requireHeap(
        "--coroutines", coroutines, coroutines * HEAP_BYTES_PER_COROUTINE, heapBytes - timerBytes);
    requireDescriptors();
    return run(
        new Demo(
            (int) seconds,
            (int) timers,
            (int) coroutines,
            (int) metricsPort,
            this::printAddress,
            disguise,
            clock));
  }

  private void requireRange(String option, long value, long least, long most) {
    if (value < least) {
      throw wrong(String.format(Locale.ROOT, "%s must be at least %d: %d", option, least, value));
    }
    if (value > most) {
      throw wrong(String.format(Locale.ROOT, "%s must be at most %d: %d", option, most, value));
    }
  }

  private void requireHeap(String option, long value, long neededBytes, long freeBytes) {
    if (neededBytes > freeBytes) {
      throw wrong(
          String.format(
              Locale.ROOT,
              "%s must fit into the heap of %,d MB (java -Xmx, or -Ddemo.heap with Maven):"
                  + " %d need %,d MB, and %,d MB are free",
              option,
              heapBytes >> 20,
              value,
              neededBytes >> 20,
              freeBytes >> 20));
    }
  }

  /** On Linux a JVM raises its limit as far as the system allows, so this cannot be raised. */
  private void requireDescriptors() {
    long most = Descriptors.most();
    long open = Descriptors.open();
    if (most - open < NEEDED_DESCRIPTORS) {
      throw wrong(
          String.format(
              Locale.ROOT,
              "at least %d file descriptors must be free (ulimit -n):"
                  + " %d may be open, and %d are",
              NEEDED_DESCRIPTORS,
              most,
              open));
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private int run(Demo demo) throws Exception {
    AtomicBoolean stopping = new AtomicBoolean();
    Runnable stop =
        () -> {
          demo.stop();
          if (stopping.compareAndSet(false, true)) {
            printStopping();
          }
        };
    try (Interruption interruption = Interruption.listen(stop)) {
      if (withParent) {
        followParent(stop);
      }
      Summary summary = summaryOf(demo);
      summary.print(spec.commandLine().getOut());
      return summary.isWell() ? interruption.exitCode() : ExitCode.FAILED.code();
    }
  }

  private int run(OrdersDemo demo) throws Exception {
    try (Interruption interruption = Interruption.listen(demo::stop)) {
      if (withParent) {
        followParent(demo::stop);
      }
      return demo.run() ? interruption.exitCode() : ExitCode.FAILED.code();
    }
  }

  private Summary summaryOf(Demo demo) throws Exception {
    try {
      return demo.run();
    } catch (UncheckedIOException noMetrics) {
      IOException cause = Objects.requireNonNull(noMetrics.getCause(), "the cause");
      throw new ParameterException(
          spec.commandLine(),
          "--metrics-port must be free: " + metricsPort + ": " + OneLine.cause(cause),
          cause);
    }
  }

  private void printAddress(URI page) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("see it live at " + page + ", and " + page.resolve("metrics"));
    out.flush();
  }

  /** Maven ends at Ctrl-C, and a second one goes to the shell then: so this says what to do. */
  private void printStopping() {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "stopping: the summary follows within some seconds; kill -9 "
            + ProcessHandle.current().pid()
            + " ends this at once");
    out.flush();
  }

  private static void followParent(Runnable stop) {
    ProcessHandle.current()
        .parent()
        .ifPresent(
            parent -> {
              var _ = parent.onExit().thenRun(stop);
            });
  }
}
