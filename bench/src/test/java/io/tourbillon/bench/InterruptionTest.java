package io.tourbillon.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Signals, sent to a JVM of their own. */
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill there")
class InterruptionTest {
  private static final String CLOSED = "closed";

  /** Runs until it is told to stop, and takes some seconds to end then. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws InterruptedException {
      CountDownLatch stopping = new CountDownLatch(1);
      Interruption interruption = Interruption.listen(stopping::countDown);
      if (arguments.length > 1) {
        interruption.close();
      }
      System.out.println("runs");
      stopping.await();
      System.out.println("is told");
      Thread.sleep(Duration.ofSeconds(Long.parseLong(arguments[0])));
      System.out.println("ends");
      interruption.close();
      System.exit(interruption.exitCode());
    }
  }

  private static Process start(String... arguments) throws Exception {
    return startIgnoring(List.of(), arguments);
  }

  private static Process startIgnoring(List<String> signals, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Program.class.getName()));
    command.addAll(List.of(arguments));
    return TestProcess.startIgnoring(
        signals, new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD));
  }

  private static void send(String signal, Process process) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor());
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void first_stopsWhatRuns_whichEndsByItself(String signal, int exitCode) throws Exception {
    Process process = start("0");
    try (BufferedReader said = process.inputReader()) {
      assertEquals("runs", said.readLine());
      send(signal, process);
      assertEquals("is told", said.readLine());
      assertEquals("ends", said.readLine());
      assertNull(said.readLine());
      assertEquals(exitCode, process.waitFor());
    } finally {
      process.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void second_endsTheJvmAtOnce(String signal, int exitCode) throws Exception {
    Process process = start("3600");
    try (BufferedReader said = process.inputReader()) {
      assertEquals("runs", said.readLine());
      send(signal, process);
      assertEquals("is told", said.readLine());
      send(signal, process);
      assertNull(said.readLine());
      assertEquals(exitCode, process.waitFor());
    } finally {
      process.destroyForcibly();
    }
  }

  /** As under nohup, in the background of a script. */
  @Test
  void ignoredSignals_stayIgnored() throws Exception {
    Process process = startIgnoring(List.of("HUP", "INT"), "0");
    try (BufferedReader said = process.inputReader()) {
      assertEquals("runs", said.readLine());
      send("HUP", process);
      send("INT", process);
      send("TERM", process);
      assertEquals("is told", said.readLine());
      assertEquals("ends", said.readLine());
      assertEquals(143, process.waitFor());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void close_givesTheSignalsBack() throws Exception {
    Process process = start("0", CLOSED);
    try (BufferedReader said = process.inputReader()) {
      assertEquals("runs", said.readLine());
      send("TERM", process);
      assertNull(said.readLine());
      assertEquals(143, process.waitFor());
    } finally {
      process.destroyForcibly();
    }
  }
}
