package io.tourbillon.adoption;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A Redis in a process of its own, on the loopback address, which keeps nothing on disk. {@link
 * #close} ends it. If this process dies before, coreutils' {@code timeout} ends it within two
 * minutes.
 */
final class RedisServer implements AutoCloseable {
  private final Path folder;
  private final int port;
  private Process process;

  private RedisServer(Path folder, int port) throws IOException {
    this.folder = folder;
    this.port = port;
    process = run();
  }

  /** Starts a Redis on a free port, and waits until it answers. */
  static RedisServer start(Path folder) throws Exception {
    RedisServer server = new RedisServer(folder, freePort());
    server.awaitAnswer();
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Process run() throws IOException {
    return new ProcessBuilder(
            List.of(
                "timeout",
                "120",
                find().toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                folder.toString()))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("redis.log").toFile())
        .start();
  }

  private static Path find() {
    for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path program = Path.of(folder, "redis-server");
      if (Files.isExecutable(program)) {
        return program;
      }
    }
    throw new AssertionError(
        "there must be a redis-server on the PATH; Debian has it in the package redis-server");
  }

  private void awaitAnswer() throws Exception {
    AdoptionTest.await(
        this::answers, () -> "redis-server must answer on port " + port + ": " + log());
  }

  private boolean answers() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(1000);
      socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().read() == '+';
    } catch (IOException notYet) {
      return false;
    }
  }

  private String log() {
    try {
      return Files.readString(folder.resolve("redis.log"));
    } catch (IOException failure) {
      return failure.toString();
    }
  }

  String uri() {
    return "redis://127.0.0.1:" + port;
  }

  /** Ends the process, and starts another on the same port. */
  void restart(Runnable whileItIsDown) throws Exception {
    close();
    whileItIsDown.run();
    process = run();
    awaitAnswer();
  }

  /** Ends the process, and waits until it has ended. */
  @Override
  public void close() {
    List<ProcessHandle> both = new ArrayList<>(process.descendants().toList());
    both.add(process.toHandle());
    // The program timeout passes this on.
    process.destroy();
    for (ProcessHandle each : both) {
      try {
        each.onExit().get(5, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException lingers) {
        each.destroyForcibly();
      } catch (InterruptedException interrupted) {
        each.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
