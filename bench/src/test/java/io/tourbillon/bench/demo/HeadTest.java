package io.tourbillon.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class HeadTest {
  private final Head head = new Head();

  @Test
  void isWhole_byteByByte_onlyAfterTheLast() throws IOException {
    String text = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int index = 0; index < text.length(); index++) {
      assertFalse(head.isWhole(), head.toString());
      head.room().put((byte) text.charAt(index));
    }

    assertTrue(head.isWhole());
    assertEquals(text, head.toString());
    assertTrue(head.startsWith(Head.ascii("GET / ")));
    assertFalse(head.startsWith(Head.ascii("GET /work ")));
    assertFalse(head.startsWith(Head.ascii(text + "more")));
  }

  @Test
  void room_headIsTooLong_isRefused() throws IOException {
    head.room().put(new byte[Head.MAX_BYTES]);

    IOException refusal = assertThrows(IOException.class, head::room);
    assertEquals("the head of a message must end within 4096 bytes", refusal.getMessage());

    head.clear();
    assertEquals(Head.MAX_BYTES, head.room().remaining());
  }

  @Test
  void readFrom_end_isTold() throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(Head.ascii("ok"));

    assertTrue(head.readFrom(in));
    assertFalse(head.readFrom(in));
    assertEquals("ok", head.toString());
  }
}
