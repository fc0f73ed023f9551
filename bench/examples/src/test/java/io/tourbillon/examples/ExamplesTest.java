package io.tourbillon.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples as a user runs them: each in a JVM of its own, servers until Ctrl-C. */
@Timeout(120)
class ExamplesTest {
  private static final long LIMIT_SECONDS = 100;
  private static final Pattern PORT = Pattern.compile(":(\\d+)");

  /** A child inherits ignored signals, and a JVM cannot undo that: GNU's env can, or perl. */
  private static final String WITH_DEFAULT_SIGNALS =
      """
      if env --default-signal=TERM true 2>/dev/null; then
        exec env --default-signal=HUP,INT,TERM "$@"
      fi
      exec perl -e '
        $SIG{$_} = "DEFAULT" for qw(HUP INT TERM);
        exec { $ARGV[0] } @ARGV' -- "$@"
      """;

  /** What an example printed, and how it ended. */
  private record End(int exitCode, List<String> out) {}

  private static Process start(Class<?> example, String... arguments) throws Exception {
    return start(WITH_DEFAULT_SIGNALS, example, arguments);
  }

  private static Process start(String script, Class<?> example, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-opens=java.base/java.lang=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), example.getName()));
    command.addAll(List.of(arguments));
    // What is logged, of stalls of a busy machine for one, goes elsewhere.
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    CompletableFuture.delayedExecutor(LIMIT_SECONDS, TimeUnit.SECONDS)
        .execute(process::destroyForcibly);
    return process;
  }

  private static End run(Class<?> example, String... arguments) throws Exception {
    Process process = start(example, arguments);
    try (BufferedReader said = process.inputReader()) {
      List<String> out = said.readAllLines();
      return new End(process.waitFor(), out);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String portOf(String greeting) {
    assertNotNull(greeting);
    Matcher matcher = PORT.matcher(greeting);
    assertTrue(matcher.find(), greeting);
    return matcher.group(1);
  }

  private static void send(String signal, Process process) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor());
  }

  private static void interrupt(Process server, BufferedReader said) throws Exception {
    send("INT", server);
    assertEquals("ends after INT", said.readLine());
    assertEquals(0, server.waitFor());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill there")
  void echoServer_thatIgnoresCtrlC_endsWhenItIsTerminated() throws Exception {
    Process server = start("trap '' INT; exec \"$@\"", EchoServer.class, "0");
    try (BufferedReader said = server.inputReader()) {
      portOf(said.readLine());
      send("INT", server);
      send("TERM", server);
      assertEquals("ends after TERM", said.readLine());
      assertEquals(0, server.waitFor());
    } finally {
      server.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {EchoServer.class, BlockingEchoServer.class})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill there")
  void echoServer_untilCtrlC_answersClients(Class<?> example) throws Exception {
    Process server = start(example, "0");
    try (BufferedReader said = server.inputReader()) {
      String port = portOf(said.readLine());
      assertEquals(
          new End(0, List.of("20,000 bytes have come back on 20 connections")),
          run(EchoClient.class, port, "20"));
      interrupt(server, said);
    } finally {
      server.destroyForcibly();
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {WebServer.class, BlockingWebServer.class})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill there")
  void webServer_untilCtrlC_answersFetchers(Class<?> example) throws Exception {
    Process server = start(example, "0");
    try (BufferedReader said = server.inputReader()) {
      String greeted = "http://127.0.0.1:" + portOf(said.readLine());
      assertEquals(
          new End(
              0,
              List.of(
                  greeted + "/sleep?ms=1: 200, 19 characters",
                  greeted + "/echo: 200, 0 characters")),
          run(Fetcher.class, greeted + "/sleep?ms=1", greeted + "/echo"));
      interrupt(server, said);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void fetcher_ofWhatFails_exits1() throws Exception {
    End end = run(Fetcher.class, "http://127.0.0.1:1/");
    assertEquals(1, end.exitCode());
    assertTrue(
        end.out().getFirst().startsWith("http://127.0.0.1:1/: java.net.ConnectException"),
        end::toString);
  }

  @Test
  void fileCopy_copies_andFailsIfTheCopyIsThereAlready(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "content");
    Path copy = folder.resolve("copy");
    assertEquals(new End(0, List.of()), run(FileCopy.class, file.toString(), copy.toString()));
    assertEquals("content", Files.readString(copy));
    assertEquals(1, run(FileCopy.class, file.toString(), copy.toString()).exitCode());
  }

  /** A pipe without an end is copied until Ctrl-C. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void fileCopy_untilCtrlC_exitsWith130AndLeavesNothingBehind(@TempDir Path folder)
      throws Exception {
    Path copy = folder.resolve("copy");
    Process process = start(FileCopy.class, "/dev/zero", copy.toString());
    try (BufferedReader said = process.inputReader()) {
      while (!Files.exists(copy) || Files.size(copy) == 0) {
        assertTrue(process.isAlive());
        TimeUnit.MILLISECONDS.sleep(5);
      }
      send("INT", process);
      assertEquals("stopped by INT", said.readLine());
      assertEquals(130, process.waitFor());
      assertTrue(Files.notExists(copy));
    } finally {
      process.destroyForcibly();
    }
  }
}
