package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerService;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class DemoCommandTest {
  private static final long HEAP_BYTES = 1L << 30;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(UnaryOperator<TimerService> disguise, String... options) {
    return new CommandLine(new DemoCommand(disguise, HEAP_BYTES))
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(options);
  }

  private int execute(String... options) {
    return execute(UnaryOperator.identity(), options);
  }

  private double number(String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(out.toString());
    assertTrue(matcher.find(), pattern + " in " + out);
    return Double.parseDouble(matcher.group(1).replace(",", ""));
  }

  private static Set<String> demoThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.matches("(demo|tourbillon|HTTP)-.*"))
        .collect(Collectors.toSet());
  }

  @Test
  void demo_shortRun_keepsThePromiseAndSaysSo() {
    int timers = 20_000;
    assertEquals(0, execute("--seconds", "2", "--timers", "" + timers), () -> out + "\n" + err);

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
    assertFalse(out.toString().contains("failures"), out.toString());
    assertEquals("", err.toString());
    assertEquals(Set.of(), demoThreads());
  }

  @Test
  void demo_noBackground_works() {
    assertEquals(0, execute("--seconds", "1", "--timers", "0"), () -> out + "\n" + err);

    assertEquals(0, number("background +([\\d,]+) "));
    assertTrue(out.toString().contains("memory    not measured"), out.toString());
  }

  @Test
  void demo_serviceIsEarly_exits1() {
    assertEquals(1, execute(BrokenTwin::hurrying, "--seconds", "1", "--timers", "100"));

    assertTrue(number("BROKEN: never early: ([\\d,]+) of the pauses") > 0);
  }

  @Test
  void demo_serviceLosesATimer_exits1() {
    assertEquals(1, execute(BrokenTwin::forgetting, "--seconds", "1", "--timers", "100"));

    assertTrue(out.toString().contains("BROKEN: no timer is lost: "), out.toString());
  }

  @Test
  void demo_serviceHandsATimerBackTwice_exits1() {
    assertEquals(1, execute(BrokenTwin::repeating, "--seconds", "1", "--timers", "100"));

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
          --nothing | 1        | Unknown options: '--nothing', '1'
          """)
  void demo_badOption_exits2AndSaysTheRule(String option, String value, String message) {
    assertEquals(2, execute(option, value));

    assertTrue(err.toString().startsWith(message), err.toString());
    assertEquals("", out.toString());
  }
}
