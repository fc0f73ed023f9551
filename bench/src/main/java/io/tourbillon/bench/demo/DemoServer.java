package io.tourbillon.bench.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tourbillon.timer.TimerService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The JDK's HTTP server on a free port of the loopback address. It answers at once, except that now
 * and then it waits, by a future of the timer service, until its client must have given up.
 */
final class DemoServer implements AutoCloseable {
  static final String WORK_PATH = "/work";
  static final String PING_PATH = "/ping";

  /** Twice as long as a client waits. */
  static final Duration LATE_ANSWER = Duration.ofMillis(2 * Connection.REQUEST_TIMEOUT_MILLIS);

  /** One answer in so many is late. */
  private static final long LATE_EVERY = 250;

  private static final int NO_BODY = -1;

  private final TimerService timers;
  private final Account lateAnswers;
  private final HttpServer http;
  private final ExecutorService handlers;
  private final AtomicLong answers = new AtomicLong();

  DemoServer(TimerService timers, Account lateAnswers) throws IOException {
    this.timers = timers;
    this.lateAnswers = lateAnswers;
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    http = HttpServer.create(anyPort, Clients.COUNT);
    // There are as many handlers as open requests, so the clients bound them.
    handlers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("demo-handler-", 1).factory());
    http.setExecutor(handlers);
    http.createContext(WORK_PATH, this::work);
    http.createContext(PING_PATH, DemoServer::ping);
    http.start();
  }

  InetSocketAddress address() {
    return http.getAddress();
  }

  /** An exception closes the connection; where the client has gone, that is all there is to do. */
  private void work(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (answers.incrementAndGet() % LATE_EVERY == 0) {
        new CheckedTimer(lateAnswers).await(timers, LATE_ANSWER);
      }
      exchange.sendResponseHeaders(200, NO_BODY);
    } catch (RejectedExecutionException shutDown) {
      throw new IOException("the demo is ending", shutDown);
    }
  }

  private static void ping(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, NO_BODY);
    }
  }

  /** Closes all connections and waits for the handlers. */
  @Override
  public void close() {
    http.stop(0);
    handlers.close();
  }
}
