package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Servers that were written for threads run on the threads of a scheduler with one loop. */
@Tag("virtual-thread")
class OtherPeoplesServersTest {
  private static final int REQUESTS = 50;

  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  @Test
  void httpServerOfTheJdk_whoseHandlersSleep_servesAllAtOnce() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), REQUESTS);
    server.setExecutor(scheduler.asExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            Thread.sleep(100);
            byte[] body = Thread.currentThread().toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    server.start();
    try {
      URI uri = new URI("http", null, "localhost", server.getAddress().getPort(), "/", null, null);
      for (String thread : responses(uri)) {
        assertTrue(thread.contains("VirtualThread"), thread);
        assertTrue(thread.contains("coroutine-loop-0"), thread);
      }
    } finally {
      server.stop(0);
    }
  }

  private static List<String> responses(URI uri) throws Exception {
    List<CompletableFuture<HttpResponse<String>>> pending = new ArrayList<>();
    List<String> bodies = new ArrayList<>();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int number = 0; number < REQUESTS; number++) {
        pending.add(client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()));
      }
      for (CompletableFuture<HttpResponse<String>> response : pending) {
        bodies.add(response.get(30, TimeUnit.SECONDS).body());
      }
    }
    assertEquals(REQUESTS, bodies.size());
    return bodies;
  }
}
