package io.tourbillon.bench.soak;

import io.tourbillon.bench.Interruption;
import io.tourbillon.bench.Main;
import io.tourbillon.bench.console.DurationText;
import io.tourbillon.bench.console.ExitCode;
import io.tourbillon.bench.console.FileRefusedException;
import io.tourbillon.bench.console.HeapSize;
import io.tourbillon.bench.console.ReportFolder;
import io.tourbillon.bench.soak.fault.Fault;
import io.tourbillon.bench.soak.load.Load;
import io.tourbillon.bench.soak.round.Phases;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tourbillon soak}: checks its options and runs the soak. */
@Command(
    name = "soak",
    description = {
      "Lets timers and coroutines bear faults under a steady load, round after round, each in a JVM"
          + " of its own, and checks every promise: each timer and coroutine ends once, nothing is"
          + " early, counts are exact, lateness is normal a second after the fault, and neither"
          + " threads nor heap are left behind. Writes results.json and page.html.",
      "With --load, runs heavy loads instead of faults, or after those that --fault names. The exit"
          + " code is 1 if a promise was broken. Ctrl-C ends it early, with its report."
    },
    mixinStandardHelpOptions = true)
public final class SoakCommand implements Callable<Integer> {
  private static final Duration MOST_DURATION = Duration.ofDays(7);
  private static final Duration LEAST_ROUND = Duration.ofMillis(Phases.LEAST_MILLIS);
  private static final Duration MOST_ROUND = Duration.ofMinutes(10);
  private static final int LEAST_HEAP_MEGABYTES = 64;
  private static final int MOST_RANDOM_SEED = 1_000_000_000;

  /** The greatest whole number of which the page knows every digit. */
  private static final long MOST_SEED = (1L << 53) - 1;

  @Spec private CommandSpec spec;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "10m",
      converter = DurationText.class,
      description =
          "How long all rounds of faults take together, and how long each load takes, such as 90s,"
              + " 10m or 8h; ${DEFAULT-VALUE} by default.")
  private Duration duration = Duration.ZERO;

  @Option(
      names = "--fault",
      split = ",",
      paramLabel = "NAME",
      description = "Only these. See --list.")
  private Set<String> faultIds = new LinkedHashSet<>();

  @Option(
      names = "--load",
      split = ",",
      paramLabel = "NAME",
      description = "Runs these loads. See --list.")
  private Set<String> loadIds = new LinkedHashSet<>();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "At most so many rounds of faults; no limit by default.")
  private @Nullable Long rounds;

  @Option(
      names = "--round",
      paramLabel = "TIME",
      defaultValue = "8s",
      converter = DurationText.class,
      description = "How long a round of a fault takes, 3s to 10m; ${DEFAULT-VALUE} by default.")
  private Duration round = Duration.ZERO;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The seed of the first round, as a report names it; each further round has the next"
              + " number. A random one by default.")
  private @Nullable Long seed;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      converter = HeapSize.class,
      description =
          "Heap of each JVM, such as 512m. Default: 256m for faults, what it needs for a load.")
  private @Nullable Integer heapMegabytes;

  @Mixin private ReportFolder folder;

  @Option(names = "--list", description = "Lists faults and loads, and ends.")
  private boolean list;

  private final Class<?> main;

  /** For picocli. */
  public SoakCommand() {
    this(Main.class);
  }

  /** For tests: the program that runs a round. */
  SoakCommand(Class<?> main) {
    this.main = main;
  }

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      out.print(listing());
      out.flush();
      return ExitCode.OK.code();
    }
    try {
      return run(request(), out);
    } catch (FileRefusedException refused) {
      throw new ParameterException(spec.commandLine(), refused.getMessage(), refused);
    }
  }

  private int run(SoakRequest request, PrintWriter out)
      throws FileRefusedException, InterruptedException {
    Soak soak = new Soak(request, out, spec.commandLine().getErr());
    try (Interruption interruption = Interruption.listen(soak::stop)) {
      return soak.run() ? interruption.exitCode() : ExitCode.FAILED.code();
    }
  }

  private SoakRequest request() {
    requireRange("--duration", duration, Duration.ofSeconds(1), MOST_DURATION);
    requireRange("--round", round, LEAST_ROUND, MOST_ROUND);
    if (rounds != null && rounds < 1) {
      throw wrong("--rounds must be at least 1: " + rounds);
    }
    if (seed != null && (seed < 0 || seed > MOST_SEED)) {
      throw wrong("--seed must be from 0 to " + MOST_SEED + ": " + seed);
    }
    if (heapMegabytes != null && heapMegabytes < LEAST_HEAP_MEGABYTES) {
      throw wrong("--heap must be at least " + LEAST_HEAP_MEGABYTES + "m: " + heapMegabytes + "m");
    }
    List<Load> loads = loads();
    return new SoakRequest(
        faults(loads.isEmpty()),
        loads,
        duration,
        rounds == null ? Long.MAX_VALUE : rounds,
        round,
        seed == null ? ThreadLocalRandom.current().nextInt(MOST_RANDOM_SEED) : seed,
        heapMegabytes,
        folder.choose(),
        String.join(" ", spec.commandLine().getParseResult().originalArgs()),
        main);
  }

  private List<Fault> faults(boolean allIfNoneIsNamed) {
    if (faultIds.isEmpty()) {
      return allIfNoneIsNamed ? List.of(Fault.values()) : List.of();
    }
    List<Fault> faults = new ArrayList<>();
    for (String id : faultIds) {
      Fault fault = Fault.byId(id);
      if (fault == null) {
        throw wrong("--fault must be one of " + Fault.ids() + ": " + id);
      }
      if (!fault.absence().isEmpty()) {
        throw wrong("--fault must be possible on this machine: " + id + ": " + fault.absence());
      }
      faults.add(fault);
    }
    return faults;
  }

  private List<Load> loads() {
    List<Load> loads = new ArrayList<>();
    for (String id : loadIds) {
      Load load = Load.byId(id);
      if (load == null) {
        throw wrong("--load must be one of " + Load.ids() + ": " + id);
      }
      loads.add(load);
    }
    return loads;
  }

  private void requireRange(String option, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0) {
      throw wrong(option + " must be at least " + text(least) + ": " + text(value));
    }
    if (value.compareTo(most) > 0) {
      throw wrong(option + " must be at most " + text(most) + ": " + text(value));
    }
  }

  private static String text(Duration duration) {
    return DurationText.of(duration);
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static String listing() {
    StringBuilder text = new StringBuilder("faults\n");
    for (Fault fault : Fault.values()) {
      text.append(line(fault.id(), fault.description()));
    }
    text.append("loads\n");
    for (Load load : Load.values()) {
      text.append(line(load.id(), load.description()));
    }
    return text.toString();
  }

  private static String line(String id, String description) {
    return String.format(Locale.ROOT, "  %-16s %s%n", id, description);
  }
}
