package io.tourbillon.bench.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.Program;
import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.TestProcess;
import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import org.junit.jupiter.params.provider.CsvSource;

/** The examples as a user runs them: servers in a JVM of their own, ended by Ctrl-C. */
@Timeout(120)
class ExampleCommandTest {
  private static final Pattern PORT = Pattern.compile(":(\\d+)");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("example"));
    all.addAll(List.of(arguments));
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(all.toArray(String[]::new));
  }

  private static Process start(String... arguments) throws Exception {
    return startIgnoring(List.of(), arguments);
  }

  private static Process startIgnoring(List<String> signals, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(ServerJvm.OPEN_TO_VIRTUAL_THREAD);
    command.add(ServerJvm.EXPORT_TO_CONTINUATION);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "example"));
    command.addAll(List.of(arguments));
    // What is logged, of stalls of a busy machine for one, goes elsewhere.
    return TestProcess.startIgnoring(
        signals, new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD));
  }

  private static String portOf(String greeting) {
    assertNotNull(greeting);
    Matcher matcher = PORT.matcher(greeting);
    assertTrue(matcher.find(), greeting);
    return matcher.group(1);
  }

  private static void interrupt(Process server, BufferedReader said) throws Exception {
    send("INT", server);
    assertEquals("ends after INT", said.readLine());
    assertEquals(0, server.waitFor());
  }

  private static void send(String signal, Process server) throws Exception {
    assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + server.pid()).start().waitFor());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill there")
  void echoServer_thatIgnoresCtrlC_endsWhenItIsTerminated() throws Exception {
    Process server = startIgnoring(List.of("INT"), "echo-server", "--port=0");
    try (BufferedReader said = server.inputReader()) {
      String greeting = said.readLine();
      assertTrue(greeting.endsWith("; kill ends it"), greeting);
      send("INT", server);
      send("TERM", server);
      assertEquals("ends after TERM", said.readLine());
      assertEquals(0, server.waitFor());
    } finally {
      server.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"--engine=CONTINUATION", "--blocking"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill there")
  void echoServer_untilCtrlC_answersClients(String kind) throws Exception {
    Process server = start("echo-server", "--port=0", kind);
    try (BufferedReader said = server.inputReader()) {
      String port = portOf(said.readLine());
      assertEquals(
          0,
          run("echo-client", "--port", port, "--connections=20", "--messages=2", "--bytes=1000"),
          err::toString);
      assertEquals("40,000 bytes have come back on 20 connections", out.toString().strip());
      interrupt(server, said);
    } finally {
      server.destroyForcibly();
    }
  }

  @ParameterizedTest
  @CsvSource({"--engine=HANDOFF", "--blocking"})
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no kill there")
  void httpServer_untilCtrlC_answersFetchers(String kind) throws Exception {
    Process server = start("http-server", "--port=0", kind);
    try (BufferedReader said = server.inputReader()) {
      String greeted = "http://127.0.0.1:" + portOf(said.readLine());
      assertEquals(0, run("fetch", greeted + "/sleep?ms=1", greeted + "/echo"), err::toString);
      assertEquals(
          List.of(
              greeted + "/sleep?ms=1: 200, 19 characters", greeted + "/echo: 200, 0 characters"),
          out.toString().lines().toList());
      interrupt(server, said);
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void copy_copies_andSaysWhatIsWrong(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "content");
    Path copy = folder.resolve("copy");
    assertEquals(0, run("copy", file.toString(), copy.toString()), err::toString);
    assertEquals("content", Files.readString(copy));
    assertEquals(1, run("copy", file.toString(), copy.toString()));
    assertEquals(copy + ": the file is there already", err.toString().strip());
  }

  @ParameterizedTest
  @CsvSource({
    "echo-server, --engine=HANDOFF",
    "echo-server, --blocking",
    "http-server, --engine=HANDOFF",
    "http-server, --blocking"
  })
  void server_portInUse_exits2AndSaysSoInOneLine(String server, String kind) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = "" + taken.getLocalPort();
      assertEquals(2, run(server, "--port", port, kind));
      assertTrue(
          err.toString()
              .matches(
                  "--host and --port must be where a server can listen: [^:]+:" + port + ": .+\\R"),
          err::toString);
    }
  }

  /** A pipe without an end is copied until Ctrl-C. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void copy_untilCtrlC_exitsWith130AndLeavesNothingBehind(@TempDir Path folder) throws Exception {
    Path copy = folder.resolve("copy");
    Process process =
        TestProcess.start(
            new ProcessBuilder(
                    Program.command(List.of(), "example", "copy", "/dev/zero", copy.toString()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("printed").toFile()));
    try {
      while (!Files.exists(copy) || Files.size(copy) == 0) {
        assertTrue(process.isAlive(), Files.readString(folder.resolve("printed")));
        TimeUnit.MILLISECONDS.sleep(5);
      }
      assertEquals(0, new ProcessBuilder("kill", "-INT", "" + process.pid()).start().waitFor());
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      assertEquals(130, process.exitValue(), Files.readString(folder.resolve("printed")));
      assertTrue(Files.notExists(copy));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void fetch_ofWhatFails_exits1() {
    assertEquals(1, run("fetch", "http://127.0.0.1:1/"));
    assertTrue(out.toString().startsWith("http://127.0.0.1:1/: java.net.ConnectException"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          echo-server --port=65536          | --port must be from 0 to 65535: 65536
          echo-server --most-connections=0  | --most-connections must be at least 1: 0
          echo-server --idle-seconds=0      | --idle-seconds must be at least 1: 0
          echo-server --loops=0             | loops must be from 1 to 1024: 0
          echo-server --host=no.such.host.  | Invalid value for option '--host'
          echo-server --engine=HANDOFF --blocking | threads on the loops need Engine.VIRTUAL_THREAD
          echo-client --messages=0          | --messages must be at least 1: 0
          echo-client --connections=0       | --connections must be at least 1: 0
          http-server --engine=STEAM        | Invalid value for option '--engine'
          fetch                             | Missing required parameter: 'URI'
          fetch --at-once=0 http://x/       | --at-once must be at least 1: 0
          copy file                         | Missing required parameter: 'COPY'
          """)
  void arguments_thatMakeNoSense_exit2AndSayTheRule(String arguments, String message) {
    assertEquals(2, run(arguments.split(" ")));
    assertTrue(err.toString().startsWith(message), err::toString);
  }

  @Test
  void example_byItself_namesThemAll() {
    assertEquals(0, run());
    for (String name : List.of("echo-server", "echo-client", "http-server", "fetch", "copy")) {
      assertTrue(out.toString().contains(name), out::toString);
    }
  }
}
