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
 * Fills the heap to the brim for some seconds, while clients ask, frees it, and tells how long it
 * takes until the server answers again. To be run in a JVM of its own with a small heap.
 */
final class FullHeap {
  private static final Duration FULL = Duration.ofSeconds(3);
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final int PIECE_LENGTH = 1 << 16;

  /** Memory taken up, in pieces, the first element of each the next. */
  private static volatile @Nullable Object @Nullable [] ballast;

  private static volatile boolean full = true;

  private FullHeap() {}

  /** Takes one argument, {@code true}, if it has been asked once before the heap is full. */
  public static void main(String[] arguments) throws Exception {
    TimerService timers = TimerService.builder().recordStats().build();
    MetricsServer server = MetricsServer.builder().timers(timers).build();
    if (Boolean.parseBoolean(arguments[0])) {
      requireAnswer(server, "/metrics");
      requireAnswer(server, "/health");
    }
    // The server has time to ask itself for everything.
    TimeUnit.SECONDS.sleep(3);
    // The client's own classes, of which none may be initialised for lack of memory in vain.
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
      // As it should be.
    }
  }

  private static void askWhileFull(MetricsServer server) {
    while (full) {
      try {
        boolean _ = isAnswered(server, "/metrics");
      } catch (Throwable noMemory) {
        // It asks again.
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
