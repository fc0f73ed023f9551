package io.tourbillon.metrics.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Collects the {@link Body} of a response, and takes memory for it slice by slice. Closing the
 * writer gives the memory back, unless {@link #finish} has made a response of it. Not thread-safe.
 */
final class BodyWriter extends OutputStream {
  private final HeldBytes memory;
  private final List<ByteBuffer> full = new ArrayList<>();
  private byte @Nullable [] slice;
  private int used;
  private int taken;

  BodyWriter(HeldBytes memory) {
    this.memory = memory;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int written = 0;
    while (written < length) {
      byte[] into = sliceWithRoom();
      int part = Math.min(length - written, into.length - used);
      System.arraycopy(bytes, offset + written, into, used, part);
      used += part;
      written += part;
    }
  }

  private byte[] sliceWithRoom() throws IOException {
    byte[] current = slice;
    if (current != null && used < current.length) {
      return current;
    }
    if (taken + Body.SLICE_BYTES > HeldBytes.LIMIT) {
      throw new IOException("a response must not be longer than " + HeldBytes.LIMIT + " bytes");
    }
    if (!memory.tryTake(Body.SLICE_BYTES)) {
      throw new NotNowException(
          "all responses together must not hold more than " + HeldBytes.LIMIT + " bytes");
    }
    taken += Body.SLICE_BYTES;
    endSlice();
    byte[] next = new byte[Body.SLICE_BYTES];
    slice = next;
    return next;
  }

  private void endSlice() {
    if (slice != null) {
      full.add(ByteBuffer.wrap(slice, 0, used).slice());
    }
    slice = null;
    used = 0;
  }

  /** Returns a response with the written bytes. Nothing can be written afterwards. */
  Answer finish(int status, String contentType) {
    return finish(status, contentType, () -> {});
  }

  /**
   * Returns a response with the written bytes. Nothing can be written afterwards.
   *
   * @param onRelease is run when the body is released; must not allocate
   */
  Answer finish(int status, String contentType, Runnable onRelease) {
    endSlice();
    int bytes = taken;
    Body body =
        new Body(
            List.copyOf(full),
            () -> {
              memory.giveBack(bytes);
              onRelease.run();
            });
    Answer answer = new Answer(status, contentType, body);
    // The body owns the memory now, so nothing that can fail may follow.
    taken = 0;
    return answer;
  }

  @Override
  public void close() {
    memory.giveBack(taken);
    taken = 0;
  }
}
