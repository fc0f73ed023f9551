package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.timer.Clock;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class DemoCommandTest {
  private static final long HEAP_BYTES = 1L << 30;

  /** Another demo may be running on this machine. */
  private static final List<String> ANY_PORT = List.of("--metrics-port", "0");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(UnaryOperator<TimerService> disguise, String... options) {
    return execute(disguise, Clock.system(), options);
  }

  private int execute(UnaryOperator<TimerService> disguise, Clock clock, String... options) {
    return new CommandLine(new DemoCommand(disguise, clock, HEAP_BYTES))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(Stream.concat(ANY_PORT.stream(), Stream.of(options)).toArray(String[]::new));
  }

  private int execute(String... options) {
    return execute(UnaryOperator.identity(), options);
  }

  private double number(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(out.toString());
    assertTrue(matcher.find(), pattern + " in " + out);
    return Double.parseDouble(matcher.group(1).replace(",", ""));
  }

  /** Without the one that waits for dropped services, of which a process has one for good. */
  private static Set<String> demoThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("(demo|tourbillon|HTTP)-.*"))
        .filter(name -> !name.equals("tourbillon-drop-watch"))
        .collect(Collectors.toSet());
  }

  /** Those that end after the scheduler was closed, as it does not wait for its loops. */
  private static Set<String> demoThreadsThatStay() throws InterruptedException {
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!demoThreads().isEmpty() && System.nanoTime() - deadlineNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
    return demoThreads();
  }

  @Test
  void demo_shortRun_keepsThePromiseAndSaysSo() throws InterruptedException {
    int timers = 20_000;
    int coroutines = 10_000;
    assertEquals(
        0,
        execute("--seconds", "3", "--timers", "" + timers, "--coroutines", "" + coroutines),
        () -> out + "\n" + err);

    assertTrue(number("all +([\\d,]+) ") > timers);
    assertTrue(number("background +([\\d,]+) ") > timers, "the churn arms more");
    assertTrue(number("pending +([\\d,]+) ") >= timers);
    assertTrue(number("requests +([\\d,]+) answered") > 0);
    assertTrue(number("; ([\\d,]+) timed out") > 0);
    assertTrue(number("connections, ([\\d,]+) of them closed for being idle") > 0);
    double p50 = number("p50 ([\\d.]+)");
    double max = number("max ([\\d.]+)");
    assertTrue(0 < p50 && p50 <= max, "p50 " + p50 + ", max " + max);
    assertTrue(number("CPU +([\\d.]+) cores") > 0);
    assertTrue(number("memory +([\\d.]+) bytes") > 0);
    assertTrue(number("promise +kept: each of ([\\d,]+) timers") > timers);
    assertTrue(number("sleeps +([\\d,]+) ") > coroutines, "they sleep over and over");
    assertTrue(number("wake-ups +ms: p50 ([\\d.]+)") > 0);
    assertTrue(number("wake-ups .*; ([\\d,]+) of coroutines while serving") > 0);
    assertEquals(coroutines, number("coroutine ([\\d,]+) sleepers"));
    assertTrue(number("a session for each of ([\\d,]+) connections") > 0);
    assertTrue(number("([\\d,]+) bytes a sleeper") > 100);
    assertTrue(number("and each of ([\\d,]+) coroutines, none of") > coroutines);
    assertTrue(
        out.toString()
            .contains(
                "engine    VIRTUAL_THREAD, as this JVM was started with"
                    + " --add-opens=java.base/java.lang=ALL-UNNAMED"),
        out.toString());
    assertFalse(out.toString().contains("failures"), out.toString());
    assertEquals("", err.toString());
    assertEquals(Set.of(), demoThreadsThatStay());
  }

  @Test
  void demo_metricsPortInUse_isRefused() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "" + taken.getLocalPort();
      assertEquals(
          2,
          Main.commandLine()
              .setErr(new PrintWriter(err))
              .execute("demo", "--timers", "0", "--coroutines", "0", "--metrics-port", port));
      assertTrue(
          err.toString().startsWith("--metrics-port must be free: " + port + ": "), err.toString());
      assertEquals(1, err.toString().lines().count(), err.toString());
    }
  }

  @Test
  void demo_noBackgroundAndNoSleepers_works() {
    assertEquals(
        0, execute("--seconds", "1", "--timers", "0", "--coroutines", "0"), () -> out + "\n" + err);

    assertEquals(0, number("background +([\\d,]+) "));
    assertEquals(0, number("coroutine ([\\d,]+) sleepers"));
    assertTrue(out.toString().contains("memory    not measured"), out.toString());
  }

  @Test
  void demo_serviceIsEarly_exits1() {
    assertEquals(
        1,
        execute(BrokenTwin::hurrying, "--seconds", "1", "--timers", "100", "--coroutines", "100"));

    assertTrue(number("BROKEN: never early: ([\\d,]+) of the pauses") > 0);
  }

  @Test
  void demo_clockOfCoroutinesIsEarly_exits1() {
    assertEquals(
        1,
        execute(
            UnaryOperator.identity(),
            BrokenTwin.hurryingClock(),
            "--seconds",
            "4",
            "--timers",
            "100",
            "--coroutines",
            "1000"));

    assertTrue(number("BROKEN: never early: ([\\d,]+) of the sleeps") > 0);
  }

  @Test
  void demo_serviceLosesATimer_exits1() {
    assertEquals(
        1,
        execute(
            BrokenTwin::forgetting, "--seconds", "1", "--timers", "100", "--coroutines", "100"));

    assertTrue(out.toString().contains("BROKEN: no timer is lost: "), out.toString());
  }

  @Test
  void demo_serviceHandsATimerBackTwice_exits1() {
    assertEquals(
        1,
        execute(BrokenTwin::repeating, "--seconds", "1", "--timers", "100", "--coroutines", "100"));

    assertEquals(1, number("BROKEN: a timer ends once: ([\\d,]+) of the "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --seconds | 0        | --seconds must be at least 1: 0
          --seconds | -1       | --seconds must be at least 1: -1
          --seconds | 86401    | --seconds must be at most 86400: 86401
          --seconds | soon     | Invalid value for option '--seconds': 'soon' is not a long
          --timers  | -1       | --timers must be at least 0: -1
          --timers  | 50000001 | --timers must be at most 50000000: 50000001
          --timers  | 1e6      | Invalid value for option '--timers': '1e6' is not a long
          --timers  | 50000000 | --timers must fit into the heap of 1,024 MB
          --coroutines | -1       | --coroutines must be at least 0: -1
          --coroutines | 10000001 | --coroutines must be at most 10000000: 10000001
          --coroutines | many     | Invalid value for option '--coroutines': 'many' is not a long
          --coroutines | 10000000 | --coroutines must fit into the heap of 1,024 MB
          --nothing | 1        | Unknown options: '--nothing', '1'
          """)
  void demo_badOption_exits2AndSaysTheRule(String option, String value, String message) {
    assertEquals(2, execute(option, value));

    assertTrue(err.toString().startsWith(message), err.toString());
    assertEquals("", out.toString());
  }
}
