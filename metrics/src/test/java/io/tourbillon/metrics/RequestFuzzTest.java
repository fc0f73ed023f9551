package io.tourbillon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Requests that are damaged at random, as bytes on a socket. Each gets a well-formed response with
 * a status that says what is wrong, or none; the log stays empty, and the server goes on.
 */
@Timeout(170)
class RequestFuzzTest {
  private static final int FEW = 500;
  private static final int MANY = 30_000;
  private static final int A_PROBE_EACH = 50;
  private static final int LIMIT_MILLIS = 20_000;

  /** See the documentation of {@link MetricsServer}. */
  private static final int MOST_THREADS = 11;

  private static final Pattern HEAD =
      Pattern.compile(
          "HTTP/1\\.1 ([1-5][0-9][0-9]) [ -~]*\r\n((?:[A-Za-z-]+: [ -~]*\r\n)*)\r\n",
          Pattern.DOTALL);

  private static final Pattern LENGTH = Pattern.compile("(?i)Content-Length: ([0-9]+)\r\n");

  private static final Set<Integer> STATUSES =
      Set.of(100, 200, 400, 404, 405, 408, 411, 413, 414, 417, 421, 426, 431, 501, 503, 505);

  private static final Pattern DETAILS =
      Pattern.compile("(?i)jetty|exception|\\bat [a-z]+\\.[a-z]+\\.|java\\.");

  private final TimerService timers = TimerService.builder().recordStats().build();
  private final MetricsServer server = MetricsServer.builder().timers(timers).build();
  private final ConcurrentLinkedQueue<String> logged = new ConcurrentLinkedQueue<>();
  private final Logger root = Logger.getLogger("");

  private final Handler noting =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getLoggerName() + ": " + entry.getMessage() + " " + entry.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void listen() {
    root.addHandler(noting);
  }

  @AfterEach
  void close() {
    root.removeHandler(noting);
    server.close();
    timers.close();
  }

  @Test
  void requestsDamagedAtRandom_areRefused_andTheServerGoesOn() throws Exception {
    damage(Long.getLong("tests.requests.seed", System.nanoTime()), FEW);
  }

  @Test
  @Tag("long")
  void manyRequestsDamagedAtRandom_areRefused_andTheServerGoesOn() throws Exception {
    damage(Long.getLong("tests.requests.seed", System.nanoTime()), MANY);
  }

  private void damage(long seed, int count) throws Exception {
    System.out.println("seed of damaged requests: -Dtests.requests.seed=" + seed);
    DamagedRequests requests = new DamagedRequests(new Random(seed));
    int answered = 0;
    int refused = 0;
    for (int number = 0; number < count; number++) {
      byte[] request = requests.next();
      String told = "seed " + seed + ", number " + number + ":\n" + dump(request);
      String response = exchange(request);
      List<Integer> statuses = DamagedRequests.isOld(request) ? List.of() : check(response, told);
      answered += statuses.contains(200) ? 1 : 0;
      refused += statuses.stream().anyMatch(status -> status >= 400) ? 1 : 0;
      if (number % A_PROBE_EACH == 0) {
        assertTrue(probe().startsWith("HTTP/1.1 200 "), told);
      }
    }
    assertEquals("", String.join("\n", logged), "seed " + seed);
    assertTrue(answered > 0, "no damage is harmless");
    assertTrue(refused > count / 4, "seed " + seed + ": " + refused + " were refused");
    assertTrue(threads() <= MOST_THREADS, () -> threads() + " threads");
  }

  /** Checks that the response is a sequence of responses, and returns their statuses. */
  private static List<Integer> check(String response, String told) {
    List<Integer> statuses = new ArrayList<>();
    String left = response;
    while (!left.isEmpty()) {
      Matcher head = HEAD.matcher(left);
      String now = left;
      assertTrue(head.lookingAt(), () -> told + "\ngot\n" + now);
      int status = Integer.parseInt(head.group(1));
      assertTrue(STATUSES.contains(status), () -> told + "\ngot\n" + now);
      statuses.add(status);
      Matcher length = LENGTH.matcher(head.group());
      String body = left.substring(head.end());
      if (status >= 400) {
        assertFalse(DETAILS.matcher(left).find(), () -> told + "\ngot\n" + now);
      }
      if (status == 100) {
        left = body;
      } else {
        int bytes = length.find() ? Integer.parseInt(length.group(1)) : body.length();
        // A response to HEAD has no body.
        assertTrue(body.isEmpty() || body.length() >= bytes, () -> told + "\ngot\n" + now);
        left = body.isEmpty() ? "" : body.substring(bytes);
      }
    }
    return statuses;
  }

  /** Sends bytes and the end of output, and returns what arrives until the server closes. */
  private String exchange(byte[] request) throws IOException {
    ByteArrayOutputStream response = new ByteArrayOutputStream();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(LIMIT_MILLIS);
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
        byte[] buffer = new byte[8192];
        for (int read = 0; read >= 0; read = socket.getInputStream().read(buffer)) {
          response.write(buffer, 0, read);
        }
      } catch (SocketException reset) {
        // The server does not read the rest of what it refuses.
        return "";
      }
    }
    return response.toString(StandardCharsets.ISO_8859_1);
  }

  private String probe() throws IOException {
    return exchange(
        "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void manyHeadersOnManyConnections_areRefused_andAProbeIsAnswered() throws Exception {
    byte[] flood =
        ("GET /metrics HTTP/1.1\r\nHost: localhost\r\n" + "A: b\r\n".repeat(100_000))
            .getBytes(StandardCharsets.US_ASCII);
    for (int connection = 0; connection < 50; connection++) {
      String response = exchange(flood);
      assertTrue(response.isEmpty() || response.startsWith("HTTP/1.1 431 "), response);
    }
    long startNanos = System.nanoTime();
    assertTrue(probe().startsWith("HTTP/1.1 200 "));
    long tookNanos = System.nanoTime() - startNanos;
    assertTrue(tookNanos < TimeUnit.SECONDS.toNanos(5), Duration.ofNanos(tookNanos)::toString);
    assertTrue(threads() <= MOST_THREADS, () -> threads() + " threads");
    assertEquals("", String.join("\n", logged));
  }

  /** A check that cannot fail would find nothing. */
  @Test
  void responseThatIsNone_isFound() {
    for (String wrong :
        List.of(
            "HTTP/1.1 500 Server Error\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
            "HTTP/1.1 400 Bad\r\nContent-Length: 21\r\n\r\njava.lang.Exception\n\n\n",
            "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
            "nonsense")) {
      boolean found = false;
      try {
        List<Integer> _ = check(wrong, "");
      } catch (AssertionError expected) {
        found = true;
      }
      assertTrue(found, wrong);
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().toLowerCase(Locale.ROOT).startsWith("tourbillon-met"))
        .count();
  }

  private static String dump(byte[] request) {
    int most = Math.min(request.length, 2_000);
    return new String(request, 0, most, StandardCharsets.ISO_8859_1)
        .replaceAll("[^ -~\n]", "?")
        .concat("\n" + HexFormat.of().formatHex(request, 0, most));
  }
}
