package io.tourbillon.stress;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jcstress.Main;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/** Runs stress classes with jcstress, in a JVM of its own, and reads the results. */
final class StressRun {
  private static final String FLAGS = "stress.flags";
  private static final String FAST_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  /** How a class that cannot be loaded or changed fails. That is no failure of a race. */
  private static final Pattern BROKEN_BUILD =
      Pattern.compile(
          "LinkageError|ExceptionInInitializer|NoClassDef|ClassNotFound|finds no place");

  private final Path folder;
  private final Duration limit;
  private final List<String> options;

  private StressRun(Path folder, Duration limit, List<String> options) {
    this.folder = folder;
    this.limit = limit;
    this.options = options;
  }

  /**
   * A run in one configuration of the JVM, which starts fast: with the compiler C1 alone.
   *
   * @param folder receives the results
   * @param millis how long each stress class runs
   */
  static StressRun brief(Path folder, int millis) {
    List<String> options = options(millis, 1);
    options.addAll(List.of("-pth", "false", "-hs", "128"));
    options.addAll(List.of("-jvmArgs", System.getProperty(FLAGS) + " " + FAST_START));
    return new StressRun(folder, Duration.ofMinutes(30), options);
  }

  /**
   * A run in all configurations that jcstress knows for this JVM: interpreter, C1, C2 and others.
   */
  static StressRun thorough(Path folder, int millis) {
    List<String> options = options(millis, 3);
    options.addAll(List.of("-jvmArgsPrepend", System.getProperty(FLAGS)));
    return new StressRun(folder, Duration.ofHours(4), options);
  }

  /**
   * A small stride lets the threads meet often. Most subjects are a service or a channel, so there
   * are not many at a time.
   */
  private static List<String> options(int millis, int iterations) {
    return new ArrayList<>(
        List.of(
            "-iters",
            Integer.toString(iterations),
            "-time",
            Integer.toString(millis),
            "-f",
            "1",
            "-fsm",
            "1",
            "-sc",
            "false",
            "-af",
            "NONE",
            "-strideSize",
            "32",
            "-strideCount",
            "8"));
  }

  /** What became of a stress class. */
  enum Verdict {
    /** It has seen allowed outcomes only. */
    PASSED,
    /** It has seen a forbidden outcome, or a step has thrown. */
    FAILED,
    /** It has not run as it should. */
    BROKEN
  }

  /** The verdict of one stress class, the worst of all configurations, and its reasons. */
  record Report(Verdict verdict, List<String> reasons) {
    Report with(Report other) {
      return new Report(
          verdict.compareTo(other.verdict) < 0 ? other.verdict : verdict,
          Stream.concat(reasons.stream(), other.reasons.stream()).distinct().toList());
    }
  }

  /**
   * Runs the stress classes of which a part of the name matches.
   *
   * @return a report of each, by name
   */
  NavigableMap<String, Report> run(String expression) throws Exception {
    Path at = Files.createTempDirectory(folder, "run");
    Path output = at.resolve("output.txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "-t",
                expression));
    command.addAll(options);
    Process process =
        new ProcessBuilder(command)
            .directory(at.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended;
    try {
      ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    assertTrue(ended, () -> "jcstress takes longer than " + limit + ": " + said);
    // Its exit status is that of the worst class, a twin as a rule. It must be explained below.
    NavigableMap<String, Report> reports = read(at);
    assertEquals(
        process.exitValue() != 0,
        reports.values().stream().anyMatch(report -> report.verdict != Verdict.PASSED),
        said);
    return reports;
  }

  private static NavigableMap<String, Report> read(Path at) throws Exception {
    NavigableMap<String, Report> reports = new TreeMap<>();
    DiskReadCollector results =
        new DiskReadCollector(
            resultFile(at).toString(),
            result -> reports.merge(result.getName(), report(result), Report::with));
    try {
      results.dump();
    } finally {
      results.close();
    }
    return reports;
  }

  private static Path resultFile(Path at) throws IOException {
    try (Stream<Path> files = Files.list(at)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".bin.gz")).toList();
      assertEquals(1, found.size(), "jcstress must leave one file of results: " + found);
      return found.getFirst();
    }
  }

  private static Report report(TestResult result) {
    List<String> messages = new ArrayList<>(result.getMessages());
    messages.addAll(result.getVmErr());
    return switch (result.status()) {
      case NORMAL ->
          new Report(
              result.grading().isPassed ? Verdict.PASSED : Verdict.FAILED,
              result.grading().failureMessages);
      case CHECK_TEST_ERROR, TEST_ERROR ->
          new Report(
              messages.stream().anyMatch(line -> BROKEN_BUILD.matcher(line).find())
                  ? Verdict.BROKEN
                  : Verdict.FAILED,
              messages);
      default -> {
        messages.addFirst(result.status().toString());
        yield new Report(Verdict.BROKEN, messages);
      }
    };
  }

  /** A line for each stress class that is not as it should be. */
  static String lines(NavigableMap<String, Report> reports) {
    return reports.entrySet().stream()
        .map(each -> each.getKey() + " " + each.getValue())
        .collect(Collectors.joining("\n"));
  }
}
