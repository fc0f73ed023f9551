package io.tourbillon.bench.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The head of an HTTP message as it arrives, piece by piece. No message of the demo has a body, and
 * no client asks again before it was answered, so what has arrived ends with the head. For one
 * thread at a time.
 */
final class Head {
  static final int MAX_BYTES = 4_096;
  private static final byte[] END = ascii("\r\n\r\n");

  private final ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Makes room for the next message. */
  void clear() {
    bytes.clear();
  }

  /**
   * Where the next piece goes: whoever puts it there moves the position past it.
   *
   * @throws IOException if the head is too long
   */
  ByteBuffer room() throws IOException {
    if (!bytes.hasRemaining()) {
      throw new IOException("the head of a message must end within " + MAX_BYTES + " bytes");
    }
    return bytes;
  }

  /**
   * Waits for the next piece.
   *
   * @return false if there is none
   * @throws IOException if the head is too long, or reading fails
   */
  boolean readFrom(InputStream in) throws IOException {
    ByteBuffer room = room();
    int read = in.read(bytes.array(), room.position(), room.remaining());
    if (read < 0) {
      return false;
    }
    room.position(room.position() + read);
    return true;
  }

  /** Whether it has arrived to its end. */
  boolean isWhole() {
    int start = bytes.position() - END.length;
    return start >= 0 && isAt(start, END);
  }

  boolean startsWith(byte[] text) {
    return bytes.position() >= text.length && isAt(0, text);
  }

  private boolean isAt(int start, byte[] text) {
    return bytes.slice(start, text.length).equals(ByteBuffer.wrap(text));
  }

  /** What has arrived. */
  @Override
  public String toString() {
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII);
  }
}
