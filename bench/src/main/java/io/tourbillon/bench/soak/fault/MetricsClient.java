package io.tourbillon.bench.soak.fault;

import io.tourbillon.bench.soak.round.Disturbance;
import io.tourbillon.bench.soak.round.Scene;
import io.tourbillon.metrics.MetricsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * A metrics server shows the stage while clients flood it, send garbage, send a header byte by
 * byte, and ask for dumps that they do not read. A probe of its health gets an answer all the same.
 */
final class MetricsClient implements Disturbance {
  private static final int CLIENTS = 6;
  private static final int PROBE_MILLIS = 50;
  private static final int STALL_MILLIS = 200;

  /** The documentation says a second; the machine has other work. */
  private static final long PROBE_LIMIT_MILLIS = 5_000;

  private static final String[] PATHS = {
    "/metrics", "/", "/health", "/dump/coroutines", "/dump/timers", "/no/such/path"
  };

  @Override
  public void disturb(Scene scene) throws InterruptedException {
    try (MetricsServer server =
        MetricsServer.builder()
            .timers(scene.stage().onDriver().timers())
            .scheduler(scene.stage().scheduler())
            .build()) {
      List<Thread> clients = new ArrayList<>();
      for (int number = 0; number < CLIENTS; number++) {
        SplittableRandom random = scene.random().split();
        clients.add(
            Thread.ofPlatform()
                .daemon()
                .name("soak-client")
                .start(() -> attackAgainAndAgain(scene, server.port(), random)));
      }
      while (scene.goesOn()) {
        probe(scene, server.port());
        scene.pause(PROBE_MILLIS);
      }
      for (Thread client : clients) {
        client.join();
      }
    }
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) PROBE_LIMIT_MILLIS);
    return socket;
  }

  private static byte[] request(String path) {
    return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void probe(Scene scene, int port) {
    long fromNanos = System.nanoTime();
    try (Socket socket = connect(port)) {
      socket.getOutputStream().write(request("/health"));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      // An overloaded machine may be unhealthy for a moment; the server has answered.
      if (!answer.startsWith("HTTP/1.1 200") && !answer.startsWith("HTTP/1.1 503")) {
        scene.breaches().add("a probe is answered", answer.lines().findFirst().orElse("nothing"));
      }
      scene.count("probes", 1);
    } catch (IOException failure) {
      scene.breaches().add("a probe is answered", failure);
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - fromNanos);
    if (millis > PROBE_LIMIT_MILLIS) {
      scene.breaches().add("a probe is answered soon", millis + " ms");
    }
  }

  private static void attackAgainAndAgain(Scene scene, int port, SplittableRandom random) {
    while (scene.goesOn()) {
      scene.count("attacks", 1);
      try (Socket socket = connect(port)) {
        attack(socket, random);
      } catch (IOException closed) {
        // As it deserves.
      } catch (InterruptedException never) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void attack(Socket socket, SplittableRandom random)
      throws IOException, InterruptedException {
    OutputStream out = socket.getOutputStream();
    switch (random.nextInt(5)) {
      case 0 -> {
        byte[] garbage = new byte[random.nextInt(1, 20_000)];
        random.nextBytes(garbage);
        out.write(garbage);
      }
      case 1 -> {
        out.write("GET /metrics HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
        for (int number = 0; number < 10; number++) {
          out.write('x');
          Thread.sleep(STALL_MILLIS / 10);
        }
      }
      case 2 -> {
        // It asks, and does not read.
        out.write(request(PATHS[random.nextInt(PATHS.length)]));
        Thread.sleep(STALL_MILLIS);
      }
      case 3 -> {
        out.write(request(PATHS[random.nextInt(PATHS.length)]));
        // A close sends a reset then.
        socket.setSoLinger(true, 0);
      }
      default -> {
        out.write(request(PATHS[random.nextInt(PATHS.length)]));
        socket.getInputStream().readAllBytes();
      }
    }
  }
}
