package io.tourbillon.coroutine.migration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tourbillon.coroutine.net.TcpConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Lines of text over a socket, for one coroutine that reads and one that writes. */
final class LineConnection implements AutoCloseable {
  private static final int LONGEST_LINE = 1024;

  private final TcpConnection connection;

  /** The bytes that have arrived and were not read yet. */
  private final ByteBuffer received = ByteBuffer.allocate(LONGEST_LINE).limit(0);

  LineConnection(TcpConnection connection) {
    this.connection = Objects.requireNonNull(connection, "connection");
  }

  static LineConnection to(SocketAddress address) throws IOException {
    return new LineConnection(TcpConnection.connect(address));
  }

  /** Returns the next line, or null at the end. Text after the last line break is not a line. */
  String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (received.hasRemaining() || receives()) {
      byte next = received.get();
      if (next == '\n') {
        return line.toString(UTF_8);
      }
      if (line.size() == LONGEST_LINE) {
        throw new IOException("a line must have at most " + LONGEST_LINE + " bytes");
      }
      line.write(next);
    }
    return null;
  }

  private boolean receives() throws IOException {
    int count = connection.read(received.clear());
    received.flip();
    return count > 0;
  }

  void writeLine(String line) throws IOException {
    connection.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
  }

  @Override
  public void close() {
    connection.close();
  }
}
