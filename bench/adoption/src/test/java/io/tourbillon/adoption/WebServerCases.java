package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** What the tests of web servers ask a server on the loopback address. */
final class WebServerCases {
  /** The server answers this path after it has slept for {@link #SLEEP_TIME}. */
  static final String SLEEP = "/sleep";

  /** Tomcat never answers this path by itself; a timeout of 200 ms does. */
  static final String SILENCE = "/silence";

  static final Duration SLEEP_TIME = Duration.ofSeconds(1);

  private WebServerCases() {}

  /** Opens a connection, asks for a path, and returns all that comes until the connection ends. */
  static String get(int port, String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) AdoptionTest.PATIENCE.toMillis());
      send(socket, path, "close");
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void send(Socket socket, String path, String connection) throws IOException {
    String request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
  }

  /** Forty requests that sleep take far less time than one after the other. */
  static void sleepersShareTheThreads(int port) throws Exception {
    long startNanos = System.nanoTime();
    try (ExecutorService clients = Executors.newFixedThreadPool(40)) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(clients.submit(() -> get(port, SLEEP)));
      }
      for (Future<String> answer : answers) {
        assertAnswer("200", answer.get(AdoptionTest.PATIENCE.toSeconds(), TimeUnit.SECONDS));
      }
    }
    Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
    assertTrue(elapsed.compareTo(SLEEP_TIME) >= 0, elapsed::toString);
    assertTrue(elapsed.compareTo(SLEEP_TIME.multipliedBy(20)) < 0, elapsed::toString);
  }

  static void assertAnswer(String status, String answer) {
    assertEquals("HTTP/1.1 " + status, answer.substring(0, Math.min(12, answer.length())), answer);
  }

  /**
   * Keeps a connection open after an answer, and returns how long it takes the server to end it.
   */
  static Duration idleConnectionEnds(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) AdoptionTest.PATIENCE.toMillis());
      send(socket, "/", "keep-alive");
      InputStream answer = socket.getInputStream();
      assertTrue(answer.read() >= 0);
      long startNanos = System.nanoTime();
      while (answer.read() >= 0) {}
      return Duration.ofNanos(System.nanoTime() - startNanos);
    }
  }
}
