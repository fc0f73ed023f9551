package io.tourbillon.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.netty.NettyLoops;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The HTTP server of Netty on one loop of each engine, seen from the JDK's client. Real time. */
@Timeout(60)
class NettyWebServerTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final int CLIENTS = 20;

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    client.shutdownNow();
  }

  private static NettyLoops oneLoop(Engine engine) {
    return NettyLoops.builder()
        .engine(engine)
        .loops(1)
        .scheduler(options -> options.closeGrace(Duration.ZERO))
        .build();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLAIN_THREAD")
  void requests_areAnswered(Engine engine) throws Exception {
    try (NettyLoops loops = oneLoop(engine);
        NettyWebServer server = new NettyWebServer(loops, ANY_PORT, LONG)) {
      URI uri = server.uri();
      assertTrue(send(HttpRequest.newBuilder(uri)).body().startsWith("hello from http"));
      String body = "body".repeat(20_000);
      assertEquals(
          body,
          send(HttpRequest.newBuilder(uri.resolve("/echo")).POST(BodyPublishers.ofString(body)))
              .body());
      assertEquals(400, send(HttpRequest.newBuilder(uri.resolve("/sleep?ms=x"))).statusCode());
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLAIN_THREAD")
  void requests_thatSleep_sleepAtTheSameTime(Engine engine) throws Exception {
    try (NettyLoops loops = oneLoop(engine);
        NettyWebServer server = new NettyWebServer(loops, ANY_PORT, LONG)) {
      long startNanos = System.nanoTime();
      List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
      for (int number = 0; number < CLIENTS; number++) {
        responses.add(
            client.sendAsync(
                HttpRequest.newBuilder(server.uri().resolve("/sleep?ms=500")).build(),
                BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> response : responses) {
        assertEquals("slept for PT0.5S\n", response.get(50, TimeUnit.SECONDS).body());
      }
      long nanos = System.nanoTime() - startNanos;
      assertTrue(nanos < TimeUnit.MILLISECONDS.toNanos(500 * CLIENTS), "one after the other");
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLAIN_THREAD")
  void silentClient_isDisconnected(Engine engine) throws Exception {
    try (NettyLoops loops = oneLoop(engine);
        NettyWebServer server = new NettyWebServer(loops, ANY_PORT, Duration.ofMillis(50));
        Socket socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
      socket.setSoTimeout((int) LONG.toMillis());
      assertEquals(-1, socket.getInputStream().read());
    }
  }
}
