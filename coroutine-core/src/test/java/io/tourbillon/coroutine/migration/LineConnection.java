package io.tourbillon.coroutine.migration;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tourbillon.coroutine.bridge.CompletionHandlers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.util.Objects;

/**
 * Lines of text over a socket, for one coroutine that reads and one that writes. If one of them is
 * cancelled while it waits, the connection is closed. Failures are {@link CompletionException}s
 * with the socket's exception as their cause.
 */
final class LineConnection implements AutoCloseable {
  private static final int LONGEST_LINE = 1024;

  private final AsynchronousSocketChannel channel;

  /** The bytes that have arrived and were not read yet. */
  private final ByteBuffer received = ByteBuffer.allocate(LONGEST_LINE).limit(0);

  LineConnection(AsynchronousSocketChannel channel) {
    this.channel = Objects.requireNonNull(channel, "channel");
  }

  static LineConnection to(SocketAddress address) throws IOException {
    LineConnection connection = new LineConnection(AsynchronousSocketChannel.open());
    boolean connected = false;
    try {
      CompletionHandlers.<Void>awaitOrClose(
          connection.channel, handler -> connection.channel.connect(address, null, handler));
      connected = true;
      return connection;
    } finally {
      if (!connected) {
        connection.close();
      }
    }
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
    received.clear();
    int count =
        CompletionHandlers.awaitOrClose(channel, handler -> channel.read(received, null, handler));
    received.flip();
    return count > 0;
  }

  void writeLine(String line) throws IOException {
    ByteBuffer left = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    while (left.hasRemaining()) {
      int _ =
          CompletionHandlers.awaitOrClose(channel, handler -> channel.write(left, null, handler));
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
