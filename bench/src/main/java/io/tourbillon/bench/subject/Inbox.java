package io.tourbillon.bench.subject;

/**
 * Checks the messages that one coroutine receives from one or several senders: those of each sender
 * must be numbered from 0 on, and its last message says how many there were. Confined to the
 * receiving coroutine.
 */
final class Inbox {
  private static final int SENDER_BITS = 7;
  private static final int SENDER_MASK = (1 << SENDER_BITS) - 1;

  private final long[] next;
  private int sendersLeft;

  Inbox(int senders) {
    next = new long[senders];
    sendersLeft = senders;
  }

  /** The message of a sender with this number. */
  static long message(int sender, long number) {
    return number << SENDER_BITS | sender;
  }

  /**
   * The last message of a sender.
   *
   * @param messages how many messages it has sent before
   */
  static long end(int sender, long messages) {
    return ~message(sender, messages);
  }

  /**
   * Checks a message.
   *
   * @return false if it was the last message of the last sender
   * @throws IllegalStateException if a message is missing, out of order or there twice
   */
  boolean accept(long message) {
    boolean isEnd = message < 0;
    long content = isEnd ? ~message : message;
    int sender = (int) content & SENDER_MASK;
    long expected = next[sender]++;
    if (content >> SENDER_BITS != expected) {
      throw new IllegalStateException(
          "sender " + sender + " must be at message " + expected + ": " + (content >> SENDER_BITS));
    }
    if (isEnd) {
      sendersLeft--;
    }
    return sendersLeft > 0;
  }
}
