package io.tourbillon.bench.waiting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void memory_oneSubject_printsItsRow() {
    assertEquals(0, run("memory", "--timers", "1000", "--subject", "OURS_IDS"));
    assertTrue(out.toString().matches("OURS_IDS +-?[0-9.]+ +-?[0-9.]+\\s+"), out::toString);
  }

  @Test
  void idle_oneSubject_printsItsRow() {
    assertEquals(0, run("idle", "--seconds", "1", "--subject", "OURS_IDS"));
    assertTrue(out.toString().startsWith("OURS_IDS "), out::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "50000001"})
  void memory_timersOutOfRange_isRefusedWithTheRule(String timers) {
    assertEquals(CommandLine.ExitCode.USAGE, run("memory", "--timers", timers));
    assertTrue(err.toString().startsWith("--timers must be from 1 to 50000000: " + timers));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "3001"})
  void idle_secondsOutOfRange_isRefusedWithTheRule(String seconds) {
    assertEquals(CommandLine.ExitCode.USAGE, run("idle", "--seconds", seconds));
    assertTrue(err.toString().startsWith("--seconds must be from 1 to 3000: " + seconds));
  }

  private int run(String... arguments) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }
}
