package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.Main;
import io.tourbillon.bench.ServerJvm;
import io.tourbillon.bench.TestProcess;
import io.tourbillon.timer.Clock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class DemoTest {
  private static final String FOREVER = "86400";
  private static final int SIGTERM_EXIT = 128 + 15;

  @Test
  void stop_beforeTheRun_leavesOnlyTheSummary() throws Exception {
    Demo demo =
        new Demo(
            Integer.parseInt(FOREVER),
            100_000,
            100_000,
            0,
            page -> {},
            UnaryOperator.identity(),
            Clock.system());
    demo.stop();
    Summary summary = demo.run();

    StringWriter out = new StringWriter();
    summary.print(new PrintWriter(out));
    assertTrue(summary.isPromiseKept(), out.toString());
    assertTrue(out.toString().contains("Stopped before it began to serve."), out.toString());
  }

  /** All of it is there from the beginning to the end. */
  @Test
  void metrics_areServedMeanwhile() throws Exception {
    List<String> answers = new ArrayList<>();
    Demo demo =
        new Demo(
            1,
            1000,
            1000,
            0,
            page -> {
              for (String path : List.of("metrics", "health", "")) {
                answers.add(get(page.resolve(path)));
              }
            },
            UnaryOperator.identity(),
            Clock.system());
    assertTrue(demo.run().isPromiseKept());
    assertTrue(answers.get(0).contains("tourbillon_timer_scheduled_total"), answers.get(0));
    assertTrue(answers.get(0).contains("tourbillon_coroutine_turn_seconds_bucket"), answers.get(0));
    assertTrue(answers.get(1).contains("\"healthy\":true"), answers.get(1));
    assertTrue(answers.get(2).contains("<html"), answers.get(2));
  }

  private static String get(URI uri) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response =
          client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertEquals(200, response.statusCode(), response::body);
      return response.body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @Tag("long")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there")
  void termination_whileArming_printsTheSummary() throws Exception {
    String out = terminate(Main.class, "arming", SIGTERM_EXIT);

    assertTrue(out.contains("stopping: the summary follows within some seconds; kill -9 "), out);
    assertTrue(out.contains("promise   kept"), out);
  }

  @Test
  @Tag("long")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there")
  void termination_whileSpawning_printsTheSummary() throws Exception {
    String out = terminate(Main.class, "spawning", SIGTERM_EXIT);

    assertTrue(out.contains("promise   kept"), out);
  }

  @Test
  @Tag("long")
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there")
  void termination_whileServingWithoutTheFlag_printsTheSummary() throws Exception {
    String out = terminate(Main.class, "serving", SIGTERM_EXIT);

    assertTrue(out.contains("then stopped"), out);
    assertTrue(out.contains("engine    PLAIN_THREAD, as this JVM was started without "), out);
    assertTrue(out.contains("promise   kept"), out);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there")
  void termination_whileServingWithTheFlag_printsTheSummary() throws Exception {
    String out = terminate(Main.class, "serving", SIGTERM_EXIT, ServerJvm.OPEN_TO_VIRTUAL_THREAD);

    assertTrue(out.contains("then stopped"), out);
    assertTrue(out.contains("engine    VIRTUAL_THREAD, as this JVM was started with "), out);
    assertTrue(out.contains("promise   kept"), out);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process cannot be asked to end there")
  void termination_promiseIsBroken_exits1() throws Exception {
    String out = terminate(BrokenTwin.class, "serving", 1);

    assertTrue(out.contains("BROKEN: no timer is lost"), out);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no sh there")
  void parentEnds_withParent_printsTheSummary(@TempDir Path folder) throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\" & wait", "sh"));
    command.addAll(demo(Main.class));
    command.add("--with-parent");
    // Not by a pipe: this JVM closes the pipes of a process that has ended, although its child
    // still
    // writes there.
    Path printed = folder.resolve("printed");
    Process parent =
        TestProcess.start(new ProcessBuilder(command).redirectOutput(printed.toFile()));
    String out;
    try {
      String errors = readUntil(parent.getErrorStream(), "serving");
      assertTrue(parent.isAlive(), errors);
      List<ProcessHandle> demos = parent.descendants().toList();
      assertEquals(1, demos.size(), demos::toString);
      TestProcess.endInTime(demos.stream());
      parent.toHandle().destroyForcibly();
      demos.getFirst().onExit().get(30, TimeUnit.SECONDS);
      out = Files.readString(printed);
    } finally {
      parent.destroyForcibly();
    }

    assertTrue(out.contains("stopping: the summary follows within some seconds; kill -9 "), out);
    assertTrue(out.contains("then stopped"), out);
    assertTrue(out.contains("promise   kept"), out);
  }

  private static List<String> demo(Class<?> main, String... flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.addAll(List.of(flags));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            main.getName(),
            "demo",
            "--seconds",
            FOREVER,
            "--timers",
            "500000",
            "--coroutines",
            "50000",
            "--metrics-port",
            "0"));
    return command;
  }

  /** Asks a demo to end as soon as it says a word. Ctrl-C and SIGTERM come to the same. */
  private static String terminate(Class<?> main, String word, int exitCode, String... flags)
      throws Exception {
    Process process = TestProcess.start(new ProcessBuilder(demo(main, flags)));
    try {
      String errors = readUntil(process.getErrorStream(), word);
      assertTrue(process.isAlive(), errors);
      // Process.destroy would close the streams as well.
      process.toHandle().destroy();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      assertEquals(exitCode, process.exitValue(), out);
      return out;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String readUntil(InputStream in, String word) throws IOException {
    StringBuilder text = new StringBuilder();
    int read = in.read();
    while (read >= 0 && text.indexOf(word, text.length() - word.length()) < 0) {
      text.append((char) read);
      read = in.read();
    }
    return text.toString();
  }
}
