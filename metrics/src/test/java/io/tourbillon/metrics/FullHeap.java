package io.tourbillon.metrics;

import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fills the heap completely for some seconds while a client sends requests. Then frees it, and
 * prints how long it takes until the server responds again. Must run in a JVM of its own with a
 * small heap.
 */
final class FullHeap {
  private static final Duration FULL = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int PIECE_LENGTH = 1 << 16;

  /** Arrays that fill the heap. The first element of each one is the next one. */
  private static volatile @Nullable Object @Nullable [] ballast;

  private static volatile boolean full = true;

  private FullHeap() {}

  /**
   * Takes one argument: {@code true} to send requests once before the heap is full, {@code false}
   * not to.
   */
  public static void main(String[] arguments) throws Exception {
    TimerService timers = TimerService.builder().recordStats().build();
    MetricsServer server = MetricsServer.builder().timers(timers).build();
    if (Boolean.parseBoolean(arguments[0])) {
      requireAnswer(server, "/metrics");
      requireAnswer(server, "/health");
    }
    // The server needs time to request each of its paths.
    TimeUnit.SECONDS.sleep(3);
    // Initialises the classes of the client now, because that must not fail for lack of memory.
    boolean _ = isAnswered(server, "/nothing");
    Thread client = Thread.ofPlatform().daemon().start(() -> askWhileFull(server));
    long endNanos = System.nanoTime() + FULL.toNanos();
    while (System.nanoTime() - endNanos < 0) {
      fill(PIECE_LENGTH);
      fill(64);
      fill(2);
    }
    full = false;
    ballast = null;
    client.join(TimeUnit.SECONDS.toMillis(10));
    requireAnswer(server, "/metrics");
    requireAnswer(server, "/health");
    int port = server.port();
    server.close();
    new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    System.out.println("closed");
    timers.close();
  }

  private static void fill(int length) {
    try {
      while (true) {
        Object[] piece = new Object[length];
        piece[0] = ballast;
        ballast = piece;
      }
    } catch (OutOfMemoryError isFull) {
      // Expected: the heap is full.
    }
  }

  private static void askWhileFull(MetricsServer server) {
    while (full) {
      try {
        boolean _ = isAnswered(server, "/metrics");
      } catch (Throwable noMemory) {
        // The loop tries again.
      }
    }
  }

  private static void requireAnswer(MetricsServer server, String path) throws Exception {
    long startNanos = System.nanoTime();
    long endNanos = startNanos + PATIENCE.toNanos();
    while (System.nanoTime() - endNanos < 0) {
      if (isAnswered(server, path)) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        System.out.println(path + " is answered after " + millis + " ms");
        return;
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    System.out.println(path + " is not answered: " + answer(server, path));
    Thread.getAllStackTraces().keySet().forEach(System.out::println);
    System.exit(1);
  }

  private static boolean isAnswered(MetricsServer server, String path) {
    return answer(server, path).startsWith("HTTP/1.1 200 ");
  }

  private static String answer(MetricsServer server, String path) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 1_000);
      socket.setSoTimeout(1_000);
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      return new String(answer, StandardCharsets.UTF_8);
    } catch (IOException notAnswered) {
      return "";
    }
  }
}
