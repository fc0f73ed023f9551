package io.tourbillon.timer.durable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link NodeProgram} that the test can stop, continue and kill. For one thread. */
final class NodeProcess implements AutoCloseable {
  final String name;

  private final Process process;
  private final BufferedReader output;

  private NodeProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /** Starts a node, and does not wait for it. */
  static NodeProcess start(String url, String name, Duration lease, Path folder) throws Exception {
    List<String> command = new ArrayList<>(java(NodeProgram.class, "-Xmx128m"));
    command.addAll(
        List.of(
            url,
            name,
            Long.toString(lease.toMillis()),
            folder.resolve("record").toString(),
            folder.resolve("released").toString()));
    return new NodeProcess(
        name, new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** The command that runs a program of the tests in a JVM of its own. */
  static List<String> java(Class<?> program, String heap) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "--enable-native-access=ALL-UNNAMED",
        heap,
        "-cp",
        System.getProperty("java.class.path"),
        program.getName());
  }

  /** Waits until the node has begun. */
  void awaitReady() throws IOException {
    if (!"ready".equals(output.readLine())) {
      throw new IllegalStateException(name + " has not begun");
    }
  }

  /** Gives a command and returns the answer. */
  String tell(String command) throws IOException {
    process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    String answer = output.readLine();
    if (answer == null) {
      throw new IllegalStateException(name + " has ended at: " + command);
    }
    return answer;
  }

  /** Stops all its threads, as a debugger or a paused machine does. */
  void stop() throws Exception {
    signal("-STOP");
  }

  void resume() throws Exception {
    signal("-CONT");
  }

  private void signal(String name) throws Exception {
    Process kill = new ProcessBuilder("kill", name, Long.toString(process.pid())).start();
    if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
      throw new IllegalStateException("kill " + name + " has failed");
    }
  }

  /** Ends it as a crash does. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
