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
 * Timers are about as late during an attack on the server as without one. Prints how late they are.
 */
@Tag("long")
class TimersUnderAttackTest {
  private static final Pattern P99 = Pattern.compile("p99 ([0-9.]+) ms");
  private static final double MARGIN_MILLIS = 50;

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
      figures.put("nobody again", measure(process, answers));
      figures.forEach((attack, figure) -> System.out.println(attack + ": " + figure));
      double quiet = Math.max(p99(figures.get("nobody")), p99(figures.get("nobody again")));
      figures.forEach(
          (attack, figure) -> assertTrue(p99(figure) <= quiet + MARGIN_MILLIS, figures::toString));
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

  private static double p99(String figure) {
    Matcher matcher = P99.matcher(figure);
    assertTrue(matcher.find(), figure);
    return Double.parseDouble(matcher.group(1));
  }
}
