package io.tourbillon.metrics.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.Test;

class BodyWriterTest {
  private final Deque<Body> droppable = new ArrayDeque<>();
  private final HeldBytes memory =
      new HeldBytes(
          () -> {
            Body oldest = droppable.poll();
            if (oldest != null) {
              oldest.release();
            }
            return oldest != null;
          });

  private Body write(int bytes) throws IOException {
    try (BodyWriter writer = new BodyWriter(memory)) {
      writer.write(new byte[bytes]);
      return writer.finish(200, Answer.TEXT).body();
    }
  }

  @Test
  void write_longerThanASlice_isWhatWasWritten() throws Exception {
    byte[] bytes = new byte[3 * Body.SLICE_BYTES + 1];
    new Random(1).nextBytes(bytes);
    try (BodyWriter writer = new BodyWriter(memory)) {
      writer.write(bytes[0]);
      writer.write(bytes, 1, bytes.length - 1);
      Body body = writer.finish(200, Answer.TEXT).body();
      assertEquals(bytes.length, body.length());
      ByteBuffer read = Content.Source.asByteBuffer(body.newSource());
      byte[] copy = new byte[read.remaining()];
      read.get(copy);
      assertArrayEquals(bytes, copy);
    }
  }

  @Test
  void body_released_givesItsBytesBackOnce() throws Exception {
    AtomicInteger released = new AtomicInteger();
    try (BodyWriter writer = new BodyWriter(memory)) {
      writer.write(1);
      Body body = writer.finish(200, Answer.TEXT, released::incrementAndGet).body();
      assertEquals(Body.SLICE_BYTES, memory.held());
      body.release();
      body.release();
    }
    assertEquals(0, memory.held());
    assertEquals(1, released.get());
  }

  @Test
  void close_notFinished_givesItsBytesBack() throws Exception {
    try (BodyWriter writer = new BodyWriter(memory)) {
      writer.write(new byte[100_000]);
    }
    assertEquals(0, memory.held());
  }

  @Test
  void write_othersHoldAllBytes_oldestMakesWay() throws Exception {
    droppable.add(write(HeldBytes.LIMIT / 2));
    droppable.add(write(HeldBytes.LIMIT / 2));
    assertEquals(HeldBytes.LIMIT, memory.held());
    Body third = write(1);
    assertEquals(1, droppable.size());
    assertEquals(HeldBytes.LIMIT / 2 + Body.SLICE_BYTES, memory.held());
    third.release();
  }

  @Test
  void write_nobodyMakesWay_isForLater() throws Exception {
    Body all = write(HeldBytes.LIMIT);
    NotNowException notNow = assertThrows(NotNowException.class, () -> write(1));
    assertEquals(
        "all responses together must not hold more than 16777216 bytes", notNow.getMessage());
    assertEquals(HeldBytes.LIMIT, memory.held());
    all.release();
    assertEquals(0, memory.held());
    assertEquals(notNow, NotNowException.behind(new UncheckedIOException(notNow)));
  }

  @Test
  void write_longerThanAllBytes_fails() {
    IOException tooLong = assertThrows(IOException.class, () -> write(HeldBytes.LIMIT + 1));
    assertEquals("a response must not be longer than 16777216 bytes", tooLong.getMessage());
    assertEquals(0, memory.held());
  }
}
