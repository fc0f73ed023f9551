package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tourbillon.timer.TimerOptions;
import io.tourbillon.timer.TimerService;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MetricsServerTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final TimerService timers = TimerService.builder().recordStats().build();
  private final MetricsServer server = MetricsServer.builder().timers(timers).build();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void close() {
    http.shutdownNow();
    server.close();
    timers.close();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder at(String path) {
    return HttpRequest.newBuilder(server.uri().resolve(path));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(at(path));
  }

  /** Sends bytes as they are, and returns all bytes that arrive until the server closes. */
  private String raw(String request) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout((int) LIMIT.toMillis());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Test
  void build_byDefault_listensOnTheLoopbackAddressAlone() throws Exception {
    assertTrue(InetAddress.getByName(server.uri().getHost()).isLoopbackAddress());
    assertEquals(server.port(), server.uri().getPort());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/* | text/plain",
        "text/html | text/plain",
        "text/plain;version=0.0.4 | text/plain",
        "application/openmetrics-text;version=1.0.0 | application/openmetrics-text",
        "application/openmetrics-text;q=0.1,text/plain;q=0.9 | text/plain",
        // The headers of Prometheus 2 and 3.
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | application/openmetrics-text",
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.1 | application/openmetrics-text",
      })
  void metrics_byAccept_areInTheFormatLikedBest(String accept, String type) throws Exception {
    HttpResponse<String> response = send(at("/metrics").header("Accept", accept));
    assertEquals(200, response.statusCode());
    assertTrue(header(response, "Content-Type").startsWith(type + ";"), response::toString);
    assertTrue(response.body().contains("\ntourbillon_timer_pending 0"), response.body());
    assertEquals(type.contains("openmetrics"), response.body().endsWith("# EOF\n"));
  }

  @Test
  void metrics_ofAGivenRegistry_areWhatItHasAndNothingElse() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.counter("mine").increment();
    try (MetricsServer other = MetricsServer.builder().registry(registry).timers(timers).build()) {
      HttpResponse<String> response = send(HttpRequest.newBuilder(other.uri().resolve("/metrics")));
      assertTrue(response.body().contains("mine_total 1.0"), response.body());
      assertFalse(response.body().contains("tourbillon"), response.body());
    }
    registry.counter("mine").increment();
    assertTrue(registry.scrape().contains("mine_total 2.0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/metrics/", "/page", "/dump/coroutines", "/META-INF"})
  void request_ofAPathThatIsNot_isNotFound(String path) throws Exception {
    HttpResponse<String> response =
        send(HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path)));
    assertEquals(404, response.statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/../pom.xml", "/%2e%2e/pom.xml", "/page.js%2f..%2f..", "/..;/metrics"})
  void request_thatClimbs_findsNothing(String path) throws Exception {
    String response =
        raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertTrue(Pattern.compile("^HTTP/1.1 40[04] ").matcher(response).find(), response);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"})
  void request_byAnotherMethod_isRefusedWithThoseThatAreAllowed(String method) throws Exception {
    HttpResponse<String> response = send(at("/metrics").method(method, BodyPublishers.noBody()));
    assertEquals(405, response.statusCode());
    assertEquals("GET, HEAD", header(response, "Allow"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metrics", "/health", "/page.js", "/page.css", "/chart.js", "/nix"})
  void head_ofAnyPath_isGetWithoutTheBody(String path) throws Exception {
    HttpResponse<String> get = get(path);
    HttpResponse<String> head = send(at(path).HEAD());
    assertEquals(get.statusCode(), head.statusCode());
    assertEquals("", head.body());
    assertEquals(header(get, "Content-Type"), header(head, "Content-Type"));
    if (!path.equals("/metrics")) {
      assertEquals(header(get, "Content-Length"), header(head, "Content-Length"));
    }
  }

  @Test
  void request_refusedByTheServerItself_isToldSoInTheSameWay() throws Exception {
    List<HttpResponse<String>> refusals =
        List.of(
            send(at("/metrics").header("X-Large", "x".repeat(9000))),
            get("/" + "x".repeat(9000)),
            send(at("/metrics").method("GET", BodyPublishers.ofString("x".repeat(2000)))));
    for (HttpResponse<String> refusal : refusals) {
      assertEquals("text/plain; charset=utf-8", header(refusal, "Content-Type"));
      assertEquals("nosniff", header(refusal, "X-Content-Type-Options"));
      assertTrue(refusal.body().matches("[A-Z][a-zA-Z -]+\n"), refusal.body());
    }
  }

  @Test
  void uri_listeningOnAllAddresses_isOneThatABrowserCanOpen() throws Exception {
    try (MetricsServer everywhere =
        MetricsServer.builder().timers(timers).address(InetAddress.getByName("0.0.0.0")).build()) {
      assertEquals("127.0.0.1", everywhere.uri().getHost());
      assertEquals(
          200, send(HttpRequest.newBuilder(everywhere.uri().resolve("/health"))).statusCode());
    }
  }

  @Test
  void request_tooLarge_isRefused() throws Exception {
    HttpResponse<String> header = send(at("/metrics").header("X-Large", "x".repeat(9000)));
    assertEquals(431, header.statusCode());
    HttpResponse<String> path = get("/" + "x".repeat(9000));
    assertEquals(414, path.statusCode());
    HttpResponse<String> body =
        send(at("/metrics").method("GET", BodyPublishers.ofString("x".repeat(2000))));
    assertEquals(413, body.statusCode());
    assertEquals(200, get("/metrics").statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "face.cafe",
        "abc.de:8080",
        "127.0.0.1.de"
      })
  void request_forAnotherHost_isMisdirected(String host) throws Exception {
    String response =
        raw("GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertTrue(response.startsWith("HTTP/1.1 421 "), response);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LocalHost:80", "127.0.0.1:9464", "[::1]:9464", "[::FFFF:127.0.0.1]"})
  void request_forThisMachine_isAnswered(String host) throws Exception {
    String response =
        raw("GET /health HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertTrue(response.startsWith("HTTP/1.1 200 "), response);
  }

  @Test
  void request_thatIsNonsense_isABadRequestWithoutDetails() throws Exception {
    String response = raw("\u0001\u0002 nonsense\r\n\r\n");
    assertTrue(response.startsWith("HTTP/1.1 400 "), response);
    assertTrue(response.endsWith("\r\n\r\nBad Request\n"), response);
    assertFalse(response.toLowerCase(Locale.ROOT).contains("jetty"), response);
  }

  @Test
  void request_withAMalformedPart_isNoFailureOfOurs() throws Exception {
    String response =
        raw("GET /live?since=%ff%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertTrue(response.startsWith("HTTP/1.1 400 "), response);
    HttpResponse<String> scrape = send(at("/metrics").header("Accept", "text/plain;q=\"1"));
    assertEquals(200, scrape.statusCode());
    assertTrue(header(scrape, "Content-Type").startsWith("text/plain"));
  }

  @Test
  void health_ofTimersAtWork_isGood() throws Exception {
    HttpResponse<String> response = get("/health");
    assertEquals(200, response.statusCode());
    assertEquals("{\"healthy\":true,\"parts\":{\"timers\":\"UP\"}}", response.body());
    assertEquals("application/json", header(response, "Content-Type"));
  }

  @Test
  void health_ofClosedTimers_isUnavailable() throws Exception {
    timers.close();
    HttpResponse<String> response = get("/health");
    assertEquals(503, response.statusCode());
    assertEquals("{\"healthy\":false,\"parts\":{\"timers\":\"CLOSED\"}}", response.body());
  }

  @Test
  void health_ofTimersThatAreHeldUp_isUnavailableUntilTheyGoOn() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch letGo = new CountDownLatch(1);
    timers.arm(
        0,
        TimeUnit.MILLISECONDS,
        () -> {
          held.countDown();
          try {
            letGo.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    held.await();
    timers.arm(0, TimeUnit.MILLISECONDS, () -> {});
    try (MetricsServer strict =
        MetricsServer.builder().timers(timers).stallLimit(Duration.ofMillis(1)).build()) {
      HttpRequest.Builder request = HttpRequest.newBuilder(strict.uri().resolve("/health"));
      HttpResponse<String> response = send(request);
      while (response.statusCode() != 503) {
        response = send(request);
      }
      assertTrue(response.body().contains("\"timers\":\"STALLED\""), response.body());
      letGo.countDown();
      while (send(request).statusCode() != 200) {
        Thread.onSpinWait();
      }
    } finally {
      letGo.countDown();
    }
  }

  @Test
  void page_any_isToldToLoadNothingFromElsewhere() throws Exception {
    HttpResponse<String> response = get("/");
    assertTrue(header(response, "Content-Security-Policy").startsWith("default-src 'none'; "));
    assertEquals("nosniff", header(response, "X-Content-Type-Options"));
    assertTrue(header(response, "Content-Type").startsWith("text/html"));
    for (String path : List.of("/", "/page.js", "/page.css")) {
      assertFalse(get(path).body().contains("://"), path);
    }
    assertFalse(get("/chart.js").body().contains("sourceMappingURL"));
    assertTrue(get("/chart.js").body().contains("Chart.js v4."));
  }

  @Test
  void live_notANumber_isABadRequest() throws Exception {
    assertEquals(400, get("/live?since=x").statusCode());
    assertEquals(200, get("/live").statusCode());
  }

  @Test
  void dump_ofTimers_countsThem() throws Exception {
    timers.schedule(Duration.ofHours(2), () -> {});
    String dump = get("/dump/timers").body();
    assertTrue(dump.startsWith("1 timers pending"), dump);
  }

  @Test
  void dumps_moreThanFourASecond_areRefusedWithTheTimeToTryAgain() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      answers.add(
          http.sendAsync(at("/dump/timers").timeout(LIMIT).build(), BodyHandlers.ofString()));
    }
    int refused = 0;
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      HttpResponse<String> response = answer.join();
      if (response.statusCode() == 503) {
        refused++;
        assertEquals("1", header(response, "Retry-After"));
        assertTrue(response.body().endsWith("; try again\n"), response.body());
      } else {
        assertEquals(200, response.statusCode());
      }
    }
    assertTrue(refused > 0, "none was refused");
  }

  @Test
  void requests_manyAtOnce_areAllAnswered() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      answers.add(http.sendAsync(at("/metrics").timeout(LIMIT).build(), BodyHandlers.ofString()));
    }
    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertEquals(200, answer.join().statusCode());
    }
    // Threads of a server that has just been closed may end a little later.
    long endNanos = System.nanoTime() + LIMIT.toNanos();
    while (serverThreads() > 11 && System.nanoTime() - endNanos < 0) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertTrue(serverThreads() <= 11, serverThreads() + " threads");
  }

  private static long serverThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("tourbillon-metrics"))
        .peek(thread -> assertTrue(thread.isDaemon(), thread::toString))
        .count();
  }

  @Test
  void build_portInUse_saysWhich() {
    UncheckedIOException error =
        assertThrows(
            UncheckedIOException.class,
            () -> MetricsServer.builder().timers(timers).port(server.port()).build());
    assertTrue(
        error.getMessage().contains("port " + server.port() + " of 127.0.0.1"), error.getMessage());
  }

  @Test
  void build_wrongOptions_nameTheRuleAndTheValue() {
    MetricsServer.Builder builder = MetricsServer.builder();
    assertEquals(
        "port must be from 0 to 65535: 65536",
        assertThrows(IllegalArgumentException.class, () -> builder.port(65536)).getMessage());
    assertEquals(
        "stallLimit must be more than zero: PT0S",
        assertThrows(IllegalArgumentException.class, () -> builder.stallLimit(Duration.ZERO))
            .getMessage());
    assertEquals(
        "there must be something to serve: a registry, timers, a scheduler or durable timers",
        assertThrows(IllegalStateException.class, builder::build).getMessage());
  }

  @Test
  void close_whileServing_freesThePort() throws Exception {
    int port = server.port();
    get("/metrics");
    server.close();
    try (MetricsServer next = MetricsServer.builder().timers(timers).port(port).build()) {
      assertEquals(port, next.port());
    }
  }

  @Test
  void port_afterClose_isTheOneThatItListenedOn() {
    int port = server.port();
    URI uri = server.uri();
    server.close();
    assertEquals(port, server.port());
    assertEquals(uri, server.uri());
    server.close();
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // The priority must not be inherited.
  void threads_inheritNothingFromTheThreadThatBuilds() throws Exception {
    InheritableThreadLocal<String> inherited = new InheritableThreadLocal<>();
    ClassLoader ofTheBuilder = new URLClassLoader(new URL[0]);
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    AtomicReference<String> seen = new AtomicReference<>();
    Gauge.builder(
            "looking",
            () -> {
              seen.set(String.valueOf(inherited.get()));
              return 1;
            })
        .register(registry);
    AtomicReference<MetricsServer> built = new AtomicReference<>();
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Thread builder =
        Thread.ofPlatform()
            .priority(3)
            .start(
                () -> {
                  inherited.set("of the builder");
                  Thread.currentThread().setContextClassLoader(ofTheBuilder);
                  built.set(MetricsServer.builder().registry(registry).build());
                });
    builder.join(LIMIT.toMillis());
    try (MetricsServer other = built.get()) {
      assertEquals(200, send(HttpRequest.newBuilder(other.uri().resolve("/metrics"))).statusCode());
      assertEquals("null", seen.get());
      List<Thread> made =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> !before.contains(thread))
              .filter(thread -> thread.getName().startsWith("tourbillon-metrics"))
              .toList();
      assertTrue(made.size() >= 4, made::toString);
      for (Thread thread : made) {
        assertNotSame(ofTheBuilder, thread.getContextClassLoader(), thread::toString);
        // Jetty lowers the priority of its acceptor by two.
        int expected = thread.getName().contains("acceptor") ? 3 : Thread.NORM_PRIORITY;
        assertEquals(expected, thread.getPriority(), thread::toString);
        assertTrue(thread.isDaemon(), thread::toString);
      }
    }
  }

  @Test
  void names_withCharactersThatForgeLines_areReplacedInDumps() throws Exception {
    String hostile = "tag\n999 timers pending\u001B[2J\u0000\u202Eoverdue";
    timers.schedule(Duration.ofHours(2), () -> {}, TimerOptions.tagged(hostile));
    String dump = get("/dump/timers").body();
    assertEquals(
        List.of(
            "1 timers pending",
            "  due in 1 h to 1 d: 1",
            "  tagged tag\uFFFD999 timers pending\uFFFD[2J\uFFFD\uFFFDoverdue: 1"),
        dump.lines().toList());
  }

  @Test
  void labels_withLineEndsAndQuotes_areEscapedAsTheFormatSays() throws Exception {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry.counter("mine", "name", "a\nforged 1\n\"b\"\\").increment();
    try (MetricsServer other = MetricsServer.builder().registry(registry).build()) {
      HttpResponse<String> response = send(HttpRequest.newBuilder(other.uri().resolve("/metrics")));
      assertTrue(
          response.body().contains("mine_total{name=\"a\\nforged 1\\n\\\"b\\\"\\\\\"} 1.0"),
          response.body());
    }
  }

  @Test
  void dump_ofVeryManyTags_isBoundedAndSaysHowManyWereLeftOut() throws Exception {
    for (int tag = 0; tag < 5_000; tag++) {
      timers.schedule(Duration.ofHours(2), () -> {}, TimerOptions.tagged(tag + "x".repeat(400)));
    }
    String dump = get("/dump/timers").body();
    assertTrue(dump.length() <= 1024 * 1024 + 200, () -> dump.length() + " characters");
    assertTrue(dump.matches("(?s).*\n  and \\d+ more tags\n"), dump.substring(dump.length() - 200));
  }
}
