package io.tourbillon.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fetches from a server of the JDK's that counts who is there. */
@Timeout(60)
class FetcherTest {
  private static final Duration LONG = Duration.ofSeconds(50);
  private static final int AT_ONCE = 4;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger here = new AtomicInteger();
  private final AtomicInteger mostHere = new AtomicInteger();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch neverAnswered = new CountDownLatch(1);
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/page",
        exchange -> {
          mostHere.accumulateAndGet(here.incrementAndGet(), Math::max);
          byte[] body = exchange.getRequestURI().getPath().getBytes(StandardCharsets.UTF_8);
          try (exchange) {
            TimeUnit.MILLISECONDS.sleep(5);
            here.decrementAndGet();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    server.createContext(
        "/never",
        exchange -> {
          asked.countDown();
          try {
            neverAnswered.await();
          } catch (InterruptedException e) {
            exchange.close();
          }
        });
    server.createContext(
        "/long",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[2 << 20]);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    neverAnswered.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + server.getAddress().getPort() + path);
  }

  private List<Fetcher.Answer> fetch(Engine engine, Duration limit, List<URI> addresses) {
    try (CoroutineScheduler scheduler = oneLoop(engine)) {
      return scheduler.spawn(() -> new Fetcher(client, AT_ONCE, limit).fetch(addresses)).join();
    }
  }

  private static CoroutineScheduler oneLoop(Engine engine) {
    return CoroutineScheduler.builder().engine(engine).loops(1).build();
  }

  @ParameterizedTest
  @EnumSource
  void fetch_ofMany_answersInOrder_andHasSoManyAtOnce(Engine engine) {
    List<URI> addresses = IntStream.range(0, 100).mapToObj(n -> uri("/page/" + n)).toList();
    assertEquals(
        addresses.stream()
            .map(address -> new Fetcher.Page(address, 200, address.getPath()))
            .toList(),
        fetch(engine, LONG, addresses));
    int most = mostHere.get();
    assertTrue(1 <= most && most <= AT_ONCE, () -> "at once: " + most);
  }

  @ParameterizedTest
  @EnumSource
  void fetch_ofWhatFails_answersTheRest(Engine engine) throws Exception {
    int nobody;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = closed.getLocalPort();
    }
    List<URI> addresses =
        List.of(
            uri("/page/1"),
            URI.create("http://localhost:" + nobody + "/"),
            uri("/absent"),
            uri("/long"));
    List<Fetcher.Answer> answers = fetch(engine, LONG, addresses);
    assertEquals(new Fetcher.Page(addresses.get(0), 200, "/page/1"), answers.get(0));
    assertInstanceOf(
        IOException.class, assertInstanceOf(Fetcher.Failure.class, answers.get(1)).cause());
    assertEquals(404, assertInstanceOf(Fetcher.Page.class, answers.get(2)).status());
    assertInstanceOf(
        IOException.class, assertInstanceOf(Fetcher.Failure.class, answers.get(3)).cause());
  }

  @ParameterizedTest
  @EnumSource
  void fetch_ofWhatTakesTooLong_isGivenUp(Engine engine) {
    Fetcher.Answer answer =
        fetch(engine, Duration.ofMillis(100), List.of(uri("/never"))).getFirst();
    assertInstanceOf(
        TimeoutException.class, assertInstanceOf(Fetcher.Failure.class, answer).cause());
  }

  @ParameterizedTest
  @EnumSource
  void fetch_thatIsCancelled_ends(Engine engine) throws Exception {
    try (CoroutineScheduler scheduler = oneLoop(engine)) {
      Coroutine<?> fetching =
          scheduler.spawn(() -> new Fetcher(client, AT_ONCE, LONG).fetch(List.of(uri("/never"))));
      asked.await();
      fetching.cancel();
      assertInstanceOf(
          CancellationException.class,
          assertThrows(CompletionException.class, () -> fetching.join(LONG)).getCause());
    }
  }

  @Test
  void fetcher_ofNoneAtOnce_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Fetcher(client, 0, LONG));
  }
}
