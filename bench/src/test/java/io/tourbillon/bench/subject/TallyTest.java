package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TallyTest {
  private final Tally tally = new Tally(Talk.SCOPE);

  private String refusal() {
    return assertThrows(IllegalStateException.class, tally::end).getMessage();
  }

  @Test
  void total_severalCounters_isTheirSum() {
    Tally ofMany = new Tally(Talk.MUTEX);
    ofMany.add(0, 2);
    ofMany.add(99, 3);
    ofMany.add(99, 4);
    assertEquals(9, ofMany.total());
  }

  @Test
  void end_coroutineThatHasDoneSomething_isContent() {
    tally.attend(() -> tally.add(0, 1));
    assertFalse(tally.isOver());
    assertDoesNotThrow(tally::end);
    assertTrue(tally.isOver());
  }

  @Test
  void end_coroutineThatHasDoneNothing_isRefused() {
    tally.attend(() -> {});
    assertEquals("each coroutine must do something: 0 did not", refusal());
  }

  @Test
  void end_coroutineThatHasFailed_tellsWhyAndDoesNotWaitForOthers() {
    Tally ofTwo = new Tally(Talk.PING_PONG);
    ofTwo.attend(
        () -> {
          throw new IllegalArgumentException("broken");
        });
    assertTrue(ofTwo.isOver());
    String refusal = assertThrows(IllegalStateException.class, ofTwo::end).getMessage();
    assertEquals("a coroutine failed: java.lang.IllegalArgumentException: broken", refusal);
  }

  @Test
  void requireTotal_another_isRefused() {
    tally.add(0, 7);
    assertDoesNotThrow(() -> tally.requireTotal(7));
    assertEquals(
        "as many operations must have an effect as were counted, 7: 6",
        assertThrows(IllegalStateException.class, () -> tally.requireTotal(6)).getMessage());
  }
}
