package io.tourbillon.metrics.server;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;

/**
 * The bytes of an answer, in slices: the JDK copies what it writes to a socket into a buffer of
 * that size outside the heap, which each thread keeps. Immutable but for its release.
 */
final class Body {
  /** How long a slice is at the most. */
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

  /** Of bytes that are few, or that all answers share, and so are not counted. */
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

  /** For one response. */
  Content.Source newSource() {
    return new ByteBufferContentSource(slices.stream().map(ByteBuffer::duplicate).toList());
  }

  /** Gives back what it holds, once, however often it is called. Does not allocate. */
  void release() {
    if (released.compareAndSet(false, true)) {
      onRelease.run();
    }
  }
}
