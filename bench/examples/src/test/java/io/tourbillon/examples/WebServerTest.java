package io.tourbillon.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The HTTP servers on one loop, seen from the JDK's client. Real time. */
@Timeout(60)
class WebServerTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final int CLIENTS = 50;

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  /** A server with its loop. */
  record Running(URI uri, Runnable closing, CoroutineScheduler scheduler) implements AutoCloseable {
    @Override
    public void close() {
      closing.run();
      scheduler.close();
    }
  }

  enum Kind {
    COROUTINES_ON_VIRTUAL_THREADS,
    COROUTINES_ON_CONTINUATIONS,
    COROUTINES_HANDED_OFF,
    BLOCKING;

    Running start() throws IOException {
      return switch (this) {
        case COROUTINES_ON_VIRTUAL_THREADS -> WebServerTest.start(Engine.VIRTUAL_THREAD, LONG);
        case COROUTINES_ON_CONTINUATIONS -> WebServerTest.start(Engine.CONTINUATION, LONG);
        case COROUTINES_HANDED_OFF -> WebServerTest.start(Engine.HANDOFF, LONG);
        case BLOCKING -> {
          CoroutineScheduler scheduler = oneLoop(Engine.VIRTUAL_THREAD);
          BlockingWebServer server = new BlockingWebServer(scheduler.asExecutor(), ANY_PORT);
          yield new Running(server.uri(), server::close, scheduler);
        }
      };
    }
  }

  private static Running start(Engine engine, Duration limit) throws IOException {
    CoroutineScheduler scheduler = oneLoop(engine);
    WebServer server = new WebServer(scheduler, ANY_PORT, limit);
    return new Running(server.uri(), server::close, scheduler);
  }

  private static CoroutineScheduler oneLoop(Engine engine) {
    return CoroutineScheduler.builder().engine(engine).loops(1).build();
  }

  private HttpResponse<String> get(URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  @ParameterizedTest
  @EnumSource
  void requests_thatSleep_sleepAtTheSameTime(Kind kind) throws Exception {
    try (Running server = kind.start()) {
      long startNanos = System.nanoTime();
      List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
      for (int number = 0; number < CLIENTS; number++) {
        responses.add(
            client.sendAsync(
                HttpRequest.newBuilder(server.uri().resolve("/sleep?ms=1000")).build(),
                BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> response : responses) {
        assertEquals("slept for PT1S\n", response.get(50, TimeUnit.SECONDS).body());
      }
      long nanos = System.nanoTime() - startNanos;
      assertTrue(nanos >= TimeUnit.SECONDS.toNanos(1), "one takes that long");
      assertTrue(nanos < TimeUnit.SECONDS.toNanos(CLIENTS), "one after the other takes that long");
    }
  }

  @ParameterizedTest
  @EnumSource
  void body_ofManyBuffers_comesBack(Kind kind) throws Exception {
    byte[] body = new byte[5_000_000];
    new Random(1).nextBytes(body);
    try (Running server = kind.start()) {
      HttpResponse<byte[]> response =
          client.send(
              HttpRequest.newBuilder(server.uri().resolve("/echo"))
                  .POST(BodyPublishers.ofByteArray(body))
                  .build(),
              BodyHandlers.ofByteArray());
      assertEquals(200, response.statusCode());
      assertArrayEquals(body, response.body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void body_ofNothing_comesBack(Kind kind) throws Exception {
    try (Running server = kind.start()) {
      HttpResponse<String> response = get(server.uri().resolve("/echo"));
      assertEquals(200, response.statusCode());
      assertEquals("", response.body());
    }
  }

  @ParameterizedTest
  @EnumSource
  void request_thatMakesNoSense_isToldSo(Kind kind) throws Exception {
    try (Running server = kind.start()) {
      HttpResponse<String> response = get(server.uri().resolve("/sleep?ms=long"));
      assertEquals(400, response.statusCode());
      assertTrue(response.body().contains("ms must be a number of milliseconds"), response::body);
      assertEquals(200, get(server.uri().resolve("/")).statusCode());
    }
  }

  static Stream<Engine> engines() {
    return Stream.of(Engine.values());
  }

  @ParameterizedTest
  @MethodSource("engines")
  void answer_thatTakesTooLong_isGivenUp(Engine engine) throws Exception {
    try (Running server = start(engine, Duration.ofMillis(50))) {
      assertEquals(503, get(server.uri().resolve("/sleep?ms=100000")).statusCode());
    }
  }

  /** A body that is promised and does not come, so that the answer waits for it. */
  @ParameterizedTest
  @MethodSource("engines")
  void client_thatIsGone_isAnsweredNoMore(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        WebServer server = new WebServer(scheduler, ANY_PORT, LONG)) {
      try (Socket socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
        socket
            .getOutputStream()
            .write(
                "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n12"
                    .getBytes(StandardCharsets.US_ASCII));
        awaitCoroutines(scheduler, 1);
      }
      awaitCoroutines(scheduler, 0);
    }
  }

  private static void awaitCoroutines(CoroutineScheduler scheduler, int count)
      throws InterruptedException {
    while (scheduler.dump(10).coroutines().size() != count) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  @ParameterizedTest
  @MethodSource("engines")
  void close_letsRequestsBeAnswered(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine)) {
      WebServer server = new WebServer(scheduler, ANY_PORT, LONG);
      CompletableFuture<HttpResponse<String>> response =
          client.sendAsync(
              HttpRequest.newBuilder(server.uri().resolve("/sleep?ms=300")).build(),
              BodyHandlers.ofString());
      awaitCoroutines(scheduler, 1);
      server.close();
      assertEquals("slept for PT0.3S\n", response.get(50, TimeUnit.SECONDS).body());
    }
  }

  @ParameterizedTest
  @EnumSource(names = "HANDOFF")
  void server_whosePortIsInUse_isRefused(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine);
        WebServer server = new WebServer(scheduler, ANY_PORT, LONG)) {
      InetSocketAddress taken =
          new InetSocketAddress(ANY_PORT.getAddress(), server.uri().getPort());
      assertThrows(IOException.class, () -> new WebServer(scheduler, taken, LONG).close());
    }
  }
}
