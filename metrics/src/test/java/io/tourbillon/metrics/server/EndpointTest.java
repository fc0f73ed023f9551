package io.tourbillon.metrics.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.io.ManagedSelector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class EndpointTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final TimerService timers = TimerService.builder().recordStats().build();
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @AfterEach
  void close() {
    timers.close();
  }

  private Endpoint start(Limits limits) {
    return Endpoint.start(
        new Endpoint.Options(
            InetAddress.getLoopbackAddress(),
            0,
            registry,
            timers,
            null,
            null,
            Duration.ofSeconds(5),
            limits));
  }

  private static Socket connect(Endpoint endpoint) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), endpoint.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void send(Socket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
  }

  private static String get(Endpoint endpoint, String path) throws IOException {
    try (Socket socket = connect(endpoint)) {
      send(socket, path);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static boolean isAnswered(Endpoint endpoint) {
    try {
      return get(endpoint, "/health").startsWith("HTTP/1.1 200 ");
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - endNanos < 0, "it takes longer than a minute");
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /**
   * Sends a header byte by byte until the server closes the connection. The connection is never
   * idle for long, so no other timeout closes it.
   */
  private static void dripUntilClosed(Socket socket) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write("GET /metrics HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
    assertThrows(
        IOException.class,
        () -> {
          for (int octet = 0; octet < 1_000; octet++) {
            out.write('x');
            out.flush();
            TimeUnit.MILLISECONDS.sleep(20);
          }
        });
  }

  @Test
  void connection_headerDoesNotArriveInTime_isClosed() throws Exception {
    Limits limits = new Limits(Duration.ofMillis(300), LONG, LONG);
    try (Endpoint endpoint = start(limits);
        Socket socket = connect(endpoint)) {
      dripUntilClosed(socket);
    }
  }

  @Test
  void connection_isOpenForTooLong_isClosed() throws Exception {
    Limits limits = new Limits(LONG, Duration.ofMillis(500), LONG);
    try (Endpoint endpoint = start(limits);
        Socket socket = connect(endpoint)) {
      dripUntilClosed(socket);
    }
  }

  @Test
  void connection_thatAsksInTime_isAnswered() throws Exception {
    try (Endpoint endpoint = start(Limits.DEFAULT)) {
      assertTrue(get(endpoint, "/health").startsWith("HTTP/1.1 200 OK\r\n"));
    }
  }

  /** The parts that a server needs to respond. An error may end each of them. */
  enum Part {
    SELECTOR {
      @Override
      void end(LimitedConnector connector) throws IOException {
        for (ManagedSelector selector :
            connector.getSelectorManager().getBeans(ManagedSelector.class)) {
          selector.getSelector().close();
        }
      }
    },
    ACCEPTOR {
      @Override
      void end(LimitedConnector connector) {
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().contains("acceptor"))
            .forEach(Thread::interrupt);
      }
    },
    SOCKET {
      @Override
      void end(LimitedConnector connector) throws IOException {
        if (connector.getTransport() instanceof ServerSocketChannel listening) {
          listening.close();
        }
      }
    };

    abstract void end(LimitedConnector connector) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void server_aPartHasEnded_isStartedAnewAtTheSamePort(Part part) throws Exception {
    Limits limits = new Limits(LONG, LONG, Duration.ofMillis(500));
    try (Endpoint endpoint = start(limits)) {
      await(() -> isAnswered(endpoint));
      JettyServer before = endpoint.server();
      part.end(before.connector());
      await(() -> !before.equals(endpoint.server()));
      await(() -> isAnswered(endpoint));
    }
  }

  @Test
  void close_selectorHasEnded_returns() throws Exception {
    Limits limits = new Limits(LONG, LONG, LONG);
    Endpoint endpoint = start(limits);
    Part.SELECTOR.end(endpoint.server().connector());
    endpoint.close();
    assertThrows(IOException.class, () -> connect(endpoint).close());
  }

  @Test
  void server_thatAnswers_isNotStartedAnew() throws Exception {
    Limits limits = new Limits(LONG, LONG, Duration.ofSeconds(1));
    try (Endpoint endpoint = start(limits)) {
      JettyServer before = endpoint.server();
      TimeUnit.SECONDS.sleep(3);
      assertTrue(isAnswered(endpoint));
      assertEquals(before, endpoint.server());
    }
  }

  /** The bytes held for clients that read nothing are bounded, and are given back. */
  @ParameterizedTest
  @ValueSource(strings = {"/metrics", "/dump/timers", "/live"})
  void answers_notRead_holdABoundedNumberOfBytes(String path) throws Exception {
    for (int meter = 0; meter < 10_000; meter++) {
      registry
          .counter("counter", "number", String.valueOf(meter), "x", "x".repeat(300))
          .increment();
    }
    try (Endpoint endpoint = start(Limits.DEFAULT)) {
      HeldBytes memory = endpoint.server().memory();
      List<Socket> sockets = new ArrayList<>();
      int most = 0;
      try {
        for (int client = 0; client < 60; client++) {
          Socket socket = new Socket();
          socket.setReceiveBufferSize(4096);
          socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), endpoint.port()));
          sockets.add(socket);
          send(socket, path);
        }
        for (int look = 0; look < 100; look++) {
          most = Math.max(most, memory.held());
          TimeUnit.MILLISECONDS.sleep(20);
        }
      } finally {
        for (Socket socket : sockets) {
          socket.close();
        }
      }
      assertTrue(most <= HeldBytes.LIMIT, most + " bytes were held");
      await(() -> memory.held() == 0);
      assertTrue(get(endpoint, "/metrics").startsWith("HTTP/1.1 200 "));
    }
  }

  @Test
  void answer_longerThanAllMayHold_isNotSent() throws Exception {
    for (int meter = 0; meter < 50_000; meter++) {
      registry
          .counter("counter", "number", String.valueOf(meter), "x", "x".repeat(400))
          .increment();
    }
    try (Endpoint endpoint = start(Limits.DEFAULT)) {
      String answer = get(endpoint, "/metrics");
      assertTrue(answer.startsWith("HTTP/1.1 500 "), answer.substring(0, 200));
      assertTrue(answer.contains("no answer; the log says why"), answer);
      // The server's own first request may still hold some.
      await(() -> endpoint.server().memory().held() == 0);
    }
  }
}
