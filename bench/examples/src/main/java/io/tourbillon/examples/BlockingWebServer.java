package io.tourbillon.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import io.tourbillon.coroutine.bridge.OsSignals;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;

/**
 * The HTTP server again: the JDK's, with plain blocking code that does not know coroutines. With
 * the threads of {@link io.tourbillon.coroutine.CoroutineScheduler#asExecutor}, which need {@link
 * io.tourbillon.coroutine.Engine#VIRTUAL_THREAD}, it sleeps and waits for sockets without blocking
 * the loop.
 */
public final class BlockingWebServer implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final int GRACE_SECONDS = 5;

  private final ExecutorService threads;
  private final HttpServer server;

  /** Runs it: {@code BlockingWebServer [PORT]}, until Ctrl-C. */
  public static void main(String[] args) throws IOException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (CoroutineScheduler scheduler =
            CoroutineScheduler.builder().engine(Engine.VIRTUAL_THREAD).build();
        BlockingWebServer server = new BlockingWebServer(scheduler.asExecutor(), at);
        OsSignals signals = OsSignals.openUnlessIgnored("INT", "TERM")) {
      System.out.println("see " + server.uri());
      System.out.println("ends after " + signals.await());
    }
  }

  /**
   * Starts to listen.
   *
   * @param threads starts a thread for each task; it is closed with the server
   * @param at the address; port 0 is any free port
   * @throws IOException if it cannot listen there
   */
  public BlockingWebServer(ExecutorService threads, InetSocketAddress at) throws IOException {
    this.threads = threads;
    server = HttpServer.create(at, BACKLOG);
    server.setExecutor(threads);
    server.createContext("/", BlockingWebServer::greet);
    server.createContext("/echo", BlockingWebServer::echo);
    server.createContext("/sleep", BlockingWebServer::sleep);
    server.start();
  }

  /** The address that it listens on. */
  public URI uri() {
    InetSocketAddress address = server.getAddress();
    return URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/");
  }

  private static void greet(HttpExchange exchange) throws IOException {
    answer(exchange, HttpURLConnection.HTTP_OK, "hello from " + Thread.currentThread() + "\n");
  }

  private static void echo(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(HttpURLConnection.HTTP_OK, 0);
      exchange.getRequestBody().transferTo(exchange.getResponseBody());
    }
  }

  private static void sleep(HttpExchange exchange) throws IOException {
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    try {
      Duration nap = Duration.ofMillis(Integer.parseUnsignedInt(query.replaceFirst("^ms=", "")));
      Thread.sleep(nap);
      answer(exchange, HttpURLConnection.HTTP_OK, "slept for " + nap + "\n");
    } catch (NumberFormatException wrong) {
      answer(
          exchange,
          HttpURLConnection.HTTP_BAD_REQUEST,
          "ms must be a number of milliseconds: " + query + "\n");
    } catch (InterruptedException closing) {
      answer(exchange, HttpURLConnection.HTTP_UNAVAILABLE, "the server is closing\n");
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Waits up to five seconds for requests that have arrived, and interrupts the others. */
  @Override
  public void close() {
    server.stop(GRACE_SECONDS);
    threads.shutdownNow();
    threads.close();
  }
}
