package io.tourbillon.metrics;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/** Makes requests of HTTP with something wrong in them, and some with nothing wrong. */
final class DamagedRequests {
  private static final List<String> METHODS =
      List.of(
          "GET",
          "HEAD",
          "POST",
          "OPTIONS",
          "CONNECT",
          "TRACE",
          "get",
          "G\u00c9T",
          "",
          "GET GET",
          "PRI",
          "M".repeat(9_000),
          "\u0000",
          "GE\tT");

  private static final List<String> PATHS =
      List.of(
          "/",
          "/metrics",
          "/health",
          "/live",
          "/live?since=1",
          "/live?since=%ff",
          "/live?since=9999999999999999999999",
          "/live?since=1&since=2",
          "/live?since",
          "/live?%",
          "/dump/timers",
          "/page.js",
          "*",
          "",
          "metrics",
          "http://localhost/metrics",
          "http://evil.example/metrics",
          "http:///metrics",
          "https://[::1/metrics",
          "//metrics",
          "/metrics//",
          "/%",
          "/%2",
          "/%zz",
          "/%00",
          "/%u0041",
          "/%c0%af",
          "/%ff%fe",
          "/%2e%2e/%2e%2e/etc/passwd",
          "/..%5c..%5cx",
          "/metrics;jsessionid=1",
          "/metrics/..;/health",
          "/met\u0000rics",
          "/\u00fc\u00ff",
          "/metrics#fragment",
          "/" + "a".repeat(9_000),
          "/" + "%41".repeat(2_000),
          "/" + "../".repeat(1_000));

  private static final List<String> VERSIONS =
      List.of(
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.1",
          "HTTP/1.0",
          "HTTP/0.9",
          "HTTP/2.0",
          "HTTP/9.9",
          "HTTP/1.",
          "http/1.1",
          "HTTP/1.1 x",
          "",
          "FTP/1.1",
          "HTTP/11111111111111111.1");

  private static final List<String> HEADERS =
      List.of(
          "Host: localhost",
          "Host: 127.0.0.1:1",
          "Host: evil.example",
          "Host: ",
          "Host: [::1",
          "Host: a:b:c",
          "Host: localhost:99999999",
          "Host: \u00ff\u00fe",
          "Host : localhost",
          "Content-Length: 0",
          "Content-Length: 5",
          "Content-Length: -1",
          "Content-Length: 99999999999999999999",
          "Content-Length: 5, 6",
          "Content-Length: x",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: chunked, chunked",
          "Transfer-Encoding: gzip",
          "Transfer-Encoding: identity",
          "Expect: 100-continue",
          "Expect: something",
          "Connection: close",
          "Connection: keep-alive, Upgrade",
          "Connection: Upgrade, HTTP2-Settings",
          "Upgrade: h2c",
          "HTTP2-Settings: AAMAAABkAAQAAP__",
          "Upgrade: websocket",
          "Accept: application/openmetrics-text; version=1.0.0",
          "Accept: text/plain;q=\"",
          "Accept: ;;;,,,q=,",
          "Accept: text/plain;q=NaN",
          "Accept: " + "a/b,".repeat(1_500),
          "Accept-Encoding: gzip, x;q=0",
          "Range: bytes=0-1,-5,99999999999999999999-",
          "If-None-Match: *",
          "If-Modified-Since: yesterday",
          "Cookie: " + "a=b; ".repeat(500),
          "Cookie: \"\\",
          "Authorization: Basic \u00ff",
          "X-Forwarded-For: unknown",
          "X: y\r\n folded: z",
          "No-Colon",
          ": no name",
          "Bad Name: x",
          "X: \u0000",
          "X: a\rb",
          "X: a\nb",
          "X: " + "y".repeat(9_000));

  private static final List<String> BODIES =
      List.of(
          "",
          "",
          "hello",
          "5\r\nhello\r\n0\r\n\r\n",
          "FFFFFFFFFFFFFFFFF\r\nx",
          "-1\r\n",
          "0\r\nX: y\r\n\r\n",
          "5;ext=\"\r\nhello\r\n",
          "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
          "x".repeat(3_000));

  private static final List<byte[]> OTHER_PROTOCOLS =
      List.of(
          latin("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
          new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3},
          latin("\r\n\r\n\r\n"),
          latin("SSH-2.0-x\r\n"),
          latin("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n"),
          new byte[0],
          new byte[] {0},
          latin("GET /metrics\r\n\r\n"));

  private static final Pattern OLD = Pattern.compile("\\s*\\S+\\s+\\S+\\s*[\r\n](?s:.*)");

  private final Random random;

  DamagedRequests(Random random) {
    this.random = random;
  }

  /** Whether a request has no version, so that its response has no header. */
  static boolean isOld(byte[] request) {
    return OLD.matcher(new String(request, StandardCharsets.ISO_8859_1)).matches();
  }

  byte[] next() {
    return switch (random.nextInt(10)) {
      case 0 -> oneOf(OTHER_PROTOCOLS);
      case 1 -> noise();
      case 2 -> pipelined();
      case 3, 4, 5 -> damaged(request());
      default -> request();
    };
  }

  private <T> T oneOf(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(3_000)];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] pipelined() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int count = random.nextInt(2, 20); count > 0; count--) {
      all.writeBytes(request());
    }
    return all.toByteArray();
  }

  private byte[] request() {
    boolean good = random.nextInt(3) > 0;
    StringBuilder text = new StringBuilder();
    text.append(good ? "GET" : oneOf(METHODS)).append(random.nextInt(50) == 0 ? "\t" : " ");
    text.append(oneOf(PATHS)).append(' ');
    text.append(good ? "HTTP/1.1" : oneOf(VERSIONS)).append("\r\n");
    if (random.nextInt(8) > 0) {
      text.append("Host: localhost\r\n");
    }
    for (int count = random.nextInt(4); count > 0; count--) {
      text.append(oneOf(HEADERS)).append(random.nextInt(20) == 0 ? "\n" : "\r\n");
    }
    text.append("\r\n").append(oneOf(BODIES));
    return latin(text.toString());
  }

  private byte[] damaged(byte[] request) {
    byte[] bytes = request.clone();
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> {
        int from = random.nextInt(bytes.length);
        yield latin(
            new String(bytes, StandardCharsets.ISO_8859_1)
                + new String(bytes, from, bytes.length - from, StandardCharsets.ISO_8859_1));
      }
      default -> {
        for (int change = 0; change <= random.nextInt(5); change++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        yield bytes;
      }
    };
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
