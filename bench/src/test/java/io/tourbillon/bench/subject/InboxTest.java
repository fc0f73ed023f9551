package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InboxTest {
  private final Inbox inbox = new Inbox(100);

  @Test
  void accept_lastMessageOfTheLastSender_isTheEnd() {
    Inbox ofTwo = new Inbox(2);
    assertTrue(ofTwo.accept(Inbox.message(1, 0)));
    assertTrue(ofTwo.accept(Inbox.end(0, 0)));
    assertTrue(ofTwo.accept(Inbox.message(1, 1)));
    assertFalse(ofTwo.accept(Inbox.end(1, 2)));
  }

  @Test
  void accept_messageThatIsMissing_isRefused() {
    inbox.accept(Inbox.message(99, 0));
    assertEquals(
        "sender 99 must be at message 1: 2",
        assertThrows(IllegalStateException.class, () -> inbox.accept(Inbox.message(99, 2)))
            .getMessage());
  }

  @Test
  void accept_endAfterFewerThanWereSent_isRefused() {
    assertEquals(
        "sender 3 must be at message 0: 1",
        assertThrows(IllegalStateException.class, () -> inbox.accept(Inbox.end(3, 1)))
            .getMessage());
  }
}
