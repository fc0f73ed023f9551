package io.tourbillon.bench.soak.load;

import java.nio.ByteBuffer;

/**
 * A message of a connection: it says whose it is and which number it has, and the rest of its bytes
 * follows from both. So a byte that is lost, doubled, changed or another connection's is found.
 */
final class Message {
  static final int BYTES = 64;

  private static final int WHO = 0;
  private static final int NUMBER = 8;
  private static final int REST = 16;

  private Message() {}

  /**
   * Writes a message to a buffer of {@link #BYTES}, which is ready to be sent afterwards.
   *
   * @param who the connection
   * @param number how many messages it has sent before
   */
  static void fill(ByteBuffer buffer, long who, long number) {
    buffer.clear().putLong(WHO, who).putLong(NUMBER, number);
    for (int at = REST; at < BYTES; at += Long.BYTES) {
      buffer.putLong(at, rest(who, number, at));
    }
  }

  /** Returns whose message it is. */
  static long who(ByteBuffer buffer) {
    return buffer.getLong(WHO);
  }

  /** Returns true if a full buffer is that message, byte by byte. */
  static boolean is(ByteBuffer buffer, long who, long number) {
    boolean same = buffer.getLong(WHO) == who && buffer.getLong(NUMBER) == number;
    for (int at = REST; at < BYTES; at += Long.BYTES) {
      same &= buffer.getLong(at) == rest(who, number, at);
    }
    return same;
  }

  /** Describes a full buffer that is another message. */
  static String text(ByteBuffer buffer) {
    long who = buffer.getLong(WHO);
    long number = buffer.getLong(NUMBER);
    return "number "
        + number
        + " of connection "
        + Long.toHexString(who)
        + (is(buffer, who, number) ? "" : ", with bytes that are not its own");
  }

  /** Mixes as SplitMix64 does (Steele, Lea, Flood 2014). */
  private static long rest(long who, long number, int at) {
    long mixed = who * 0x9E3779B97F4A7C15L + (number << 8) + at;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
