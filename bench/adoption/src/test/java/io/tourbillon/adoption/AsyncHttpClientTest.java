package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.DefaultAsyncHttpClientConfig;
import org.asynchttpclient.Dsl;
import org.asynchttpclient.ListenableFuture;
import org.asynchttpclient.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** AsyncHttpClient's timeouts of requests, reads and idle connections. */
class AsyncHttpClientTest extends AdoptionTest {
  /** Without cookies: see the recipe. */
  private final DefaultAsyncHttpClientConfig.Builder config =
      Dsl.config().setShutdownQuietPeriod(Duration.ZERO).setMaxRequestRetry(0).setCookieStore(null);

  private final CountDownLatch end = new CountDownLatch(1);
  private ExecutorService executor;
  private HttpServer server;
  private String uri;

  @BeforeEach
  void startServer() throws Exception {
    executor = Executors.newCachedThreadPool();
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(executor);
    server.createContext(
        "/",
        exchange -> {
          byte[] hello = "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, hello.length);
          exchange.getResponseBody().write(hello);
          exchange.close();
        });
    server.createContext(
        "/silence",
        exchange -> {
          try {
            end.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
          } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
          }
          exchange.close();
        });
    server.start();
    uri = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stopServer() {
    end.countDown();
    server.stop(0);
    executor.shutdownNow();
    executor.close();
  }

  private static Response get(ListenableFuture<Response> answer) throws Exception {
    return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void requestTimeout_fires_ifThereIsNoAnswer(Subject subject) throws Exception {
    config.setRequestTimeout(Duration.ofMillis(50));
    try (AsyncHttpClient client = AsyncHttpClientRecipe.client(open(subject), config)) {
      long startNanos = System.nanoTime();
      ListenableFuture<Response> answer = client.prepareGet(uri + "/silence").execute();
      assertCause(
          TimeoutException.class, assertThrows(ExecutionException.class, () -> get(answer)));
      assertElapsed(Duration.ofMillis(50), startNanos);
    }
  }

  @ParameterizedTest
  @EnumSource
  void readTimeout_fires_ifTheAnswerStops(Subject subject) throws Exception {
    config.setReadTimeout(Duration.ofMillis(50)).setRequestTimeout(Duration.ofHours(1));
    try (AsyncHttpClient client = AsyncHttpClientRecipe.client(open(subject), config)) {
      long startNanos = System.nanoTime();
      ListenableFuture<Response> answer = client.prepareGet(uri + "/silence").execute();
      TimeoutException timeout =
          assertCause(
              TimeoutException.class, assertThrows(ExecutionException.class, () -> get(answer)));
      assertEquals("Read", timeout.getMessage().substring(0, 4), timeout.getMessage());
      assertElapsed(Duration.ofMillis(50), startNanos);
    }
  }

  @ParameterizedTest
  @EnumSource
  void timeouts_areCancelled_byTheAnswer(Subject subject) throws Exception {
    TimeSource source = open(subject);
    config
        .setRequestTimeout(Duration.ofHours(1))
        .setReadTimeout(Duration.ofHours(1))
        .setPooledConnectionIdleTimeout(Duration.ofHours(1));
    try (AsyncHttpClient client = AsyncHttpClientRecipe.client(source, config)) {
      for (int i = 0; i < 200; i++) {
        Response answer = get(client.prepareGet(uri + "/").execute());
        assertEquals("hello", answer.getResponseBody());
      }
      // One timer looks for idle connections.
      await(() -> source.pending() <= 1, () -> "pending: " + source.pending());
    }
  }

  @ParameterizedTest
  @EnumSource
  void idleConnection_isClosed(Subject subject) throws Exception {
    config.setPooledConnectionIdleTimeout(Duration.ofMillis(100));
    try (AsyncHttpClient client = AsyncHttpClientRecipe.client(open(subject), config)) {
      get(client.prepareGet(uri + "/").execute());
      await(
          () -> client.getClientStats().getTotalConnectionCount() == 0,
          () -> "connections: " + client.getClientStats());
      assertEquals("hello", get(client.prepareGet(uri + "/").execute()).getResponseBody());
    }
  }
}
