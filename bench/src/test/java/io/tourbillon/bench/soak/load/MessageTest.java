package io.tourbillon.bench.soak.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Messages that tell when a byte of them is wrong. */
class MessageTest {
  private final ByteBuffer buffer = ByteBuffer.allocate(Message.BYTES);

  @Test
  void message_asItWasWritten_isRight() {
    Message.fill(buffer, 7, 3);
    assertEquals(7, Message.who(buffer));
    assertTrue(Message.is(buffer, 7, 3));
    assertEquals(Message.BYTES, buffer.remaining());
  }

  @Test
  void message_ofAnotherConnectionOrNumber_isWrong() {
    Message.fill(buffer, 7, 3);
    assertFalse(Message.is(buffer, 8, 3));
    assertFalse(Message.is(buffer, 7, 4));
  }

  @Test
  void message_withAnyByteChanged_isWrong() {
    for (int at = 0; at < Message.BYTES; at++) {
      Message.fill(buffer, 7, 3);
      buffer.put(at, (byte) (buffer.get(at) ^ 1));
      assertFalse(Message.is(buffer, 7, 3), "byte " + at);
    }
  }

  @Test
  void message_withBytesOfTwo_isDescribedSo() {
    Message.fill(buffer, 7, 3);
    buffer.putLong(Message.BYTES - Long.BYTES, 0);
    assertEquals("number 3 of connection 7, with bytes that are not its own", Message.text(buffer));
  }
}
