package io.tourbillon.metrics.server;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/**
 * Asks a server that has just started for everything once, and throws the answers away. A class
 * whose initialisation fails for lack of memory cannot be used any more for as long as the process
 * lives; so what answers need is initialised while there is memory.
 */
final class WarmUp implements Runnable {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  private static final String TEXT = "text/plain";
  private static final String OPEN_METRICS = "application/openmetrics-text";
  private static final int LIMIT_MILLIS = 5_000;

  private final InetSocketAddress server;
  private final List<String> paths;

  /**
   * @param address where the server listens; may be all addresses
   */
  WarmUp(InetAddress address, int port, Collection<String> paths) {
    this.server =
        new InetSocketAddress(
            address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, port);
    this.paths = List.copyOf(paths);
  }

  @Override
  public void run() {
    try {
      for (String path : paths) {
        ask(path, TEXT);
      }
      ask("/metrics", OPEN_METRICS);
    } catch (IOException | RuntimeException failure) {
      // It serves all the same; and as a rule it has been closed.
      LOGGER.log(Level.DEBUG, "the metrics server could not be warmed up", failure);
    }
  }

  private void ask(String path, String format) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(server, LIMIT_MILLIS);
      socket.setSoTimeout(LIMIT_MILLIS);
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: " + format + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    }
  }
}
