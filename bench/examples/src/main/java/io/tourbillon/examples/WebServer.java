package io.tourbillon.examples;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.bridge.OsSignals;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * An HTTP server on any engine: Jetty with a {@link CoroutineHandler}. It responds to
 *
 * <ul>
 *   <li>{@code POST /echo} with the body that it receives, piece by piece;
 *   <li>{@code GET /sleep?ms=N} after a delay, which occupies no thread;
 *   <li>any other request with a greeting.
 * </ul>
 */
public final class WebServer implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Server jetty = new Server(new QueuedThreadPool());
  private final ServerConnector connector = new ServerConnector(jetty, 1, 1);

  /** Runs it: {@code WebServer [PORT]}, until Ctrl-C. */
  public static void main(String[] args) throws IOException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    var at = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try (CoroutineScheduler scheduler = CoroutineScheduler.create();
        WebServer server = new WebServer(scheduler, at, Duration.ofMinutes(1));
        OsSignals signals = OsSignals.openUnlessIgnored("INT", "TERM")) {
      System.out.println("see " + server.uri());
      System.out.println("ends after " + signals.await());
    }
  }

  /**
   * Starts to listen.
   *
   * @param at the address; port 0 is any free port
   * @param limit how long a response may take
   * @throws IOException if it cannot listen there
   */
  public WebServer(CoroutineScheduler scheduler, InetSocketAddress at, Duration limit)
      throws IOException {
    connector.setHost(at.getHostString());
    connector.setPort(at.getPort());
    jetty.addConnector(connector);
    jetty.setHandler(new GracefulHandler(new Answers(scheduler, limit)));
    jetty.setStopTimeout(GRACE.toMillis());
    boolean listening = false;
    try {
      jetty.start();
      listening = true;
    } catch (IOException | RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IOException("the server could not be started", failure);
    } finally {
      if (!listening) {
        close();
      }
    }
  }

  /** The address that it listens on. */
  public URI uri() {
    return jetty.getURI();
  }

  /** Refuses new requests, and waits up to five seconds for those that have arrived. */
  @Override
  public void close() {
    try {
      jetty.stop();
    } catch (Exception failure) {
      throw new IllegalStateException("the server could not be stopped", failure);
    }
  }

  private static final class Answers extends CoroutineHandler {
    Answers(CoroutineScheduler scheduler, Duration limit) {
      super(scheduler, limit);
    }

    @Override
    void answer(Request request, Response response) throws IOException {
      switch (Request.getPathInContext(request)) {
        case "/echo" -> echo(request, response);
        case "/sleep" -> {
          Duration nap = nap(request);
          Coroutines.delay(nap);
          write(response, "slept for " + nap + "\n");
        }
        default -> write(response, "hello from " + Coroutines.current().name() + "\n");
      }
    }

    private static void echo(Request request, Response response) throws IOException {
      boolean more = true;
      while (more) {
        Content.Chunk chunk = read(request);
        more = !chunk.isLast();
        write(response, chunk);
      }
    }

    private static Duration nap(Request request) {
      String millis = Request.extractQueryParameters(request).getValue("ms");
      try {
        return Duration.ofMillis(Integer.parseUnsignedInt(String.valueOf(millis)));
      } catch (NumberFormatException wrong) {
        throw new HttpException.RuntimeException(
            HttpStatus.BAD_REQUEST_400, "ms must be a number of milliseconds: " + millis);
      }
    }
  }
}
