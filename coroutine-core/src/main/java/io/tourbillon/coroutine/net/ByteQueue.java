package io.tourbillon.coroutine.net;

import java.nio.ByteBuffer;

/**
 * Bytes that wait, in the order of their arrival. Has memory only while it is in use: it grows on
 * demand, and {@link #releaseIfEmpty} lets go of the memory. Not thread-safe.
 */
final class ByteQueue {
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  /** From the position to the limit are the bytes; while the tail is open, free room. */
  private ByteBuffer buffer = NONE;

  /** Where the bytes begin and end while the tail is open. */
  private int begin;

  private int end;

  boolean isEmpty() {
    return !buffer.hasRemaining();
  }

  int size() {
    return buffer.remaining();
  }

  /** Returns the bytes. Reading from the buffer takes them out of the queue. */
  ByteBuffer content() {
    return buffer;
  }

  /**
   * Returns the buffer as room for more bytes after those that wait. {@link #closeTail} or {@link
   * #abandonTail} must follow.
   *
   * @param least how many bytes the room must be for
   */
  ByteBuffer openTail(int least) {
    if (isEmpty() && buffer.capacity() >= least) {
      buffer.position(0).limit(0);
    } else if (buffer.capacity() - buffer.limit() < least) {
      makeRoom(least);
    }
    begin = buffer.position();
    end = buffer.limit();
    return buffer.position(buffer.limit()).limit(buffer.capacity());
  }

  /** Adds to the queue what has been put into the room. */
  void closeTail() {
    buffer.limit(buffer.position()).position(begin);
  }

  /** Forgets what has been put into the room. */
  void abandonTail() {
    buffer.limit(end).position(begin);
  }

  private void makeRoom(int least) {
    int needed = Math.addExact(buffer.remaining(), least);
    if (buffer.capacity() >= needed) {
      buffer.compact().flip();
    } else {
      int capacity = buffer.hasRemaining() ? Math.max(needed, 2 * buffer.capacity()) : needed;
      buffer = ByteBuffer.allocate(capacity).put(buffer).flip();
    }
  }

  /** Moves bytes into another buffer, as many as it has room for. */
  int moveTo(ByteBuffer target) {
    int count = Math.min(buffer.remaining(), target.remaining());
    target.put(target.position(), buffer, buffer.position(), count);
    target.position(target.position() + count);
    buffer.position(buffer.position() + count);
    return count;
  }

  /** Lets go of the memory if no bytes wait. */
  void releaseIfEmpty() {
    if (isEmpty()) {
      buffer = NONE;
    }
  }
}
