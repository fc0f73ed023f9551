package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Timers are about as late during an attack on the server as without one, and the server takes as
 * few threads and as little memory as it promises. Prints the figures.
 */
@Tag("long")
class TimersUnderAttackTest {
  private static final Pattern P99 = Pattern.compile("p99 ([0-9.]+) ms");
  private static final Pattern THREADS = Pattern.compile("([0-9]+) threads");
  private static final Pattern LIVE = Pattern.compile("([0-9]+) MB live");
  private static final double MARGIN_MILLIS = 50;
  private static final int MOST_THREADS = 10;

  /** Responses may hold 16 MiB. The rest is for 256 connections and what is made at the time. */
  private static final int MOST_MEGABYTES = 48;

  private static final int THOUSANDS = 5_000;

  @Test
  @Timeout(300)
  void lateness_underAttack_isAboutAsWithout() throws Exception {
    Path errors = Files.createTempFile("tourbillon", ".err");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    AttackedProgram.class.getName()))
            .redirectError(errors.toFile())
            .start();
    try (BufferedReader answers =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      int port = Integer.parseInt(answers.readLine());
      Map<String, String> figures = new LinkedHashMap<>();
      figures.put("nobody", measure(process, answers));
      try (SlowClients _ = SlowClients.readingNothing(port, 60, "/dump/coroutines")) {
        figures.put("60 slow readers of a dump", measure(process, answers));
      }
      try (SlowClients _ = SlowClients.readingNothing(port, 60, "/metrics")) {
        figures.put("60 slow readers of meters", measure(process, answers));
      }
      try (SlowClients _ = SlowClients.drippingHeaders(port, 200)) {
        figures.put("200 slow headers", measure(process, answers));
      }
      try (SlowClients _ = SlowClients.drippingHeaders(port, THOUSANDS)) {
        figures.put("5,000 slow headers", measure(process, answers));
      }
      try (SlowClients _ = SlowClients.sayingNothing(port, THOUSANDS)) {
        figures.put("5,000 that say nothing", measure(process, answers));
      }
      try (SlowClients _ = SlowClients.pipelining(port, THOUSANDS, 50)) {
        figures.put("5,000 times 50 requests at once", measure(process, answers));
      }
      try (SlowClients _ = SlowClients.floodingHeaders(port, 1_000)) {
        figures.put("1,000 with headers without end", measure(process, answers));
      }
      try (SlowClients _ = SlowClients.askingForPaths(port, 1_000, 100_000)) {
        figures.put("1,000 with paths of 100,000 characters", measure(process, answers));
      }
      figures.put("nobody again", measure(process, answers));
      figures.forEach((attack, figure) -> System.out.println(attack + ": " + figure));
      figures.forEach((_, figure) -> requireAsGoodAs(figures, figure));
      assertFalse(Files.readString(errors).contains("OutOfMemoryError"), Files.readString(errors));
    } finally {
      process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
      Files.delete(errors);
    }
  }

  private static String measure(Process process, BufferedReader answers) throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    String answer = answers.readLine();
    assertTrue(answer != null, "the program has ended");
    return answer;
  }

  private static void requireAsGoodAs(Map<String, String> figures, String figure) {
    String before = figures.get("nobody");
    String after = figures.get("nobody again");
    double quietMillis = Math.max(read(P99, before), read(P99, after));
    assertTrue(read(P99, figure) <= quietMillis + MARGIN_MILLIS, figures::toString);
    assertTrue(read(THREADS, figure) <= read(THREADS, before) + MOST_THREADS, figures::toString);
    assertTrue(read(LIVE, figure) <= read(LIVE, before) + MOST_MEGABYTES, figures::toString);
  }

  private static double read(Pattern pattern, String figure) {
    Matcher matcher = pattern.matcher(figure);
    assertTrue(matcher.find(), figure);
    return Double.parseDouble(matcher.group(1));
  }
}
