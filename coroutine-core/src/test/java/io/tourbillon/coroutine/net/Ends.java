package io.tourbillon.coroutine.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What tests do at the ends of connections of every kind. */
final class Ends {
  private Ends() {}

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }

  static String readString(Connection connection, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    connection.readFully(buffer);
    return new String(buffer.array(), UTF_8);
  }

  static void echo(Connection connection) throws IOException {
    try (connection) {
      ByteBuffer buffer = ByteBuffer.allocate(1000);
      while (connection.read(buffer) >= 0) {
        buffer.flip();
        connection.write(buffer);
        buffer.clear();
      }
    }
  }
}
