package io.tourbillon.adoption.cost;

import com.sun.management.OperatingSystemMXBean;
import io.tourbillon.adoption.Subject;
import io.tourbillon.adoption.TimeSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures the CPU of the process for each call of a library, on the library's own timer and on
 * ours. Each measurement is a JVM of its own; the subjects take turns. Prints a Markdown table with
 * medians.
 *
 * <pre>
 *   mvn -q -DskipTests package dependency:build-classpath -pl bench/adoption -am -Dmdep.outputFile=target/classpath.txt
 *   java --add-opens java.base/java.lang=ALL-UNNAMED -cp bench/adoption/target/classes:$(cat bench/adoption/target/classpath.txt) \
 *       io.tourbillon.adoption.cost.AdoptionCost [--repeat 5] [--scale 1.0] [LIBRARY...]
 * </pre>
 *
 * <p>A library is a name of {@link Workloads}, such as REACTOR; without one, all are measured.
 */
public final class AdoptionCost {
  /** The first argument of a JVM that measures. */
  private static final String MEASURE = "--measure";

  /** How many times fewer calls warm the JVM up. */
  private static final int WARM_UP = 4;

  private static final long MINUTES_FOR_A_MEASUREMENT = 5;

  private AdoptionCost() {}

  /**
   * Runs the program.
   *
   * @throws IllegalArgumentException if an argument is unknown
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length > 0 && arguments[0].equals(MEASURE)) {
      measure(
          Workloads.valueOf(arguments[1]),
          Subject.valueOf(arguments[2]),
          Integer.parseInt(arguments[3]));
      return;
    }
    compare(Options.of(arguments));
  }

  /** What the command line says. */
  private record Options(int repeat, double scale, List<Workloads> workloads) {
    static Options of(String[] arguments) {
      int repeat = 5;
      double scale = 1.0;
      List<Workloads> workloads = new ArrayList<>();
      for (int i = 0; i < arguments.length; i++) {
        switch (arguments[i]) {
          case "--repeat" -> repeat = Integer.parseInt(valueAfter(arguments, i++));
          case "--scale" -> scale = Double.parseDouble(valueAfter(arguments, i++));
          default -> workloads.add(Workloads.valueOf(arguments[i].toUpperCase(Locale.ROOT)));
        }
      }
      if (repeat < 1) {
        throw new IllegalArgumentException("--repeat must be at least 1: " + repeat);
      }
      if (!(scale > 0)) {
        throw new IllegalArgumentException("--scale must be more than zero: " + scale);
      }
      return new Options(
          repeat, scale, workloads.isEmpty() ? List.of(Workloads.values()) : workloads);
    }

    private static String valueAfter(String[] arguments, int index) {
      if (index + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[index] + " must be followed by a number");
      }
      return arguments[index + 1];
    }
  }

  // In a JVM that measures.

  /** Prints nanoseconds of CPU for each call. */
  private static void measure(Workloads workload, Subject subject, int calls) throws Exception {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    try (TimeSource source = TimeSource.of(subject);
        Workload.Session session = workload.work().open(source)) {
      session.run(Math.max(1, calls / WARM_UP));
      long before = system.getProcessCpuTime();
      session.run(calls);
      double cpuNanos = (double) (system.getProcessCpuTime() - before) / calls;
      System.out.println(cpuNanos);
    }
    // Some libraries keep threads.
    System.exit(0);
  }

  // In the JVM that compares.

  private static void compare(Options options) throws Exception {
    System.out.println("| library | a call | calls | own, CPU | Tourbillon, CPU | ratio |");
    System.out.println("|---|---|---:|---:|---:|---:|");
    for (Workloads workload : options.workloads()) {
      int calls = Math.max(1, (int) (workload.calls * options.scale()));
      Map<Subject, List<Double>> figures = new EnumMap<>(Subject.class);
      List<Subject> subjects = List.of(Subject.OWN, ours(workload));
      for (int run = 0; run < options.repeat(); run++) {
        for (Subject subject : subjects) {
          figures
              .computeIfAbsent(subject, _ -> new ArrayList<>())
              .add(measureInAnotherJvm(workload, subject, calls));
        }
      }
      double own = median(figures.getOrDefault(subjects.getFirst(), List.of()));
      double ours = median(figures.getOrDefault(subjects.getLast(), List.of()));
      System.out.printf(
          Locale.ROOT,
          "| %s | %s | %,d | %,.0f ns | %,.0f ns | %.2f |%n",
          workload.library,
          workload.call,
          calls,
          own,
          ours,
          ours / own);
    }
  }

  /** What runs on an executor is a matter of the loops; the others use a timer service. */
  private static Subject ours(Workloads workload) {
    return switch (workload) {
      case JETTY, TOMCAT, REDISSON -> Subject.LOOPS;
      default -> Subject.TIMERS;
    };
  }

  private static double median(List<Double> figures) {
    double[] sorted = figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double measureInAnotherJvm(Workloads workload, Subject subject, int calls)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                "-Xmx1g",
                "-Xms1g",
                "-XX:+UseG1GC",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path", ""),
                AdoptionCost.class.getName(),
                MEASURE));
    command.addAll(Arrays.asList(workload.name(), subject.name(), Integer.toString(calls)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      String printed;
      try (var output = process.getInputStream()) {
        // Bounded, as a JVM that hangs is ended by the waiter below.
        Thread waiter =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        if (!process.waitFor(MINUTES_FOR_A_MEASUREMENT, TimeUnit.MINUTES)) {
                          process.destroyForcibly();
                        }
                      } catch (InterruptedException ended) {
                        process.destroyForcibly();
                      }
                    });
        printed = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
        waiter.join();
      }
      if (process.exitValue() != 0) {
        throw new IOException(
            "a measurement must end with exit code 0 within "
                + MINUTES_FOR_A_MEASUREMENT
                + " minutes: "
                + process.exitValue()
                + " of "
                + workload
                + " "
                + subject);
      }
      return Double.parseDouble(printed.lines().reduce("", (_, last) -> last));
    } finally {
      process.destroyForcibly();
    }
  }
}
