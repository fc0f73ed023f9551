package io.tourbillon.metrics.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;

/**
 * The bytes of a response, in slices. When the JDK writes a slice to a socket, it copies it into a
 * buffer of the same size outside the heap, which the thread keeps. So small slices keep these
 * buffers small. Immutable, except for the release.
 */
final class Body {
  /** The maximum length of a slice. */
  static final int SLICE_BYTES = 32 * 1024;

  private final List<ByteBuffer> slices;
  private final long length;
  private final Runnable onRelease;
  private final AtomicBoolean released = new AtomicBoolean();

  /**
   * @param onRelease gives back what the body holds; must not allocate, and is run once
   */
  Body(List<ByteBuffer> slices, Runnable onRelease) {
    this.slices = slices;
    this.length = slices.stream().mapToLong(ByteBuffer::remaining).sum();
    this.onRelease = onRelease;
  }

  /**
   * Returns a body of bytes that do not count as memory, because they are few or all responses
   * share them.
   */
  static Body uncounted(byte[] bytes) {
    List<ByteBuffer> slices = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += SLICE_BYTES) {
      slices.add(ByteBuffer.wrap(bytes, at, Math.min(SLICE_BYTES, bytes.length - at)).slice());
    }
    return new Body(slices, () -> {});
  }

  long length() {
    return length;
  }

  /** Returns a new source of the bytes, for one response. */
  Content.Source newSource() {
    return new ByteBufferContentSource(slices.stream().map(ByteBuffer::duplicate).toList());
  }

  /** Gives back what the body holds. Only the first call has an effect. Does not allocate. */
  void release() {
    if (released.compareAndSet(false, true)) {
      onRelease.run();
    }
  }
}
