package io.tourbillon.adoption.cost;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client of web servers on plain sockets. */
final class WebClient {
  private static final byte[] REQUEST =
      "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private WebClient() {}

  /** Makes calls one after the other, each on a connection of its own. */
  static void get(int port, int calls) throws IOException {
    for (int i = 0; i < calls; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write(REQUEST);
        if (socket.getInputStream().readAllBytes().length == 0) {
          throw new IOException("the server must answer");
        }
      }
    }
  }
}
