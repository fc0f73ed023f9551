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
 * Requests everything once from a server that has just started, and ignores the responses. If the
 * initialisation of a class fails for lack of memory, the class stays unusable as long as the
 * process lives. So this makes sure that all classes that responses need are initialised while
 * there is memory.
 */
final class WarmUp implements Runnable {
  private static final System.Logger LOGGER = System.getLogger("io.tourbillon.metrics");

  private static final String TEXT = "text/plain";
  private static final String OPEN_METRICS = "application/openmetrics-text";
  private static final int LIMIT_MILLIS = 5_000;

  private final InetSocketAddress server;
  private final List<String> paths;

  /**
   * @param address the address that the server listens on; may stand for all addresses
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
      // The server works without this. Usually the server has been closed.
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
