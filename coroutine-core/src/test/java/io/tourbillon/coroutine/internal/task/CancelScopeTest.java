package io.tourbillon.coroutine.internal.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import io.tourbillon.coroutine.internal.task.CancelScope.Cancellation;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When suspension points throw a signal, and of which scope. */
@Tag("not-plain-thread") // No turns.
class CancelScopeTest {
  private static final long NEVER = CancelScope.NEVER;

  private final Cancellation cancelledAt50 =
      new Cancellation(Count.CANCELLED_BY_CALL, "someone", "some reason", 50);

  private static CancelScope.Limit timeout(CancelScope outer, long deadlineNanos) {
    return new CancelScope.Limit(outer, Duration.ofNanos(deadlineNanos), deadlineNanos);
  }

  @Test
  void none_raisesNothingUntilCancelled() {
    assertEquals(NEVER, CancelScope.strikeNanos(null, null));
    assertNull(CancelScope.signal(null, null));
    assertEquals(50, CancelScope.strikeNanos(null, cancelledAt50));
    assertSame(cancelledAt50, CancelScope.signal(null, cancelledAt50));
  }

  @Test
  void timeouts_theEarlierCounts() {
    CancelScope.Limit outer = timeout(null, 100);
    CancelScope.Limit nearer = timeout(outer, 70);
    CancelScope.Limit farther = timeout(outer, 200);
    assertEquals(70, CancelScope.strikeNanos(nearer, null));
    assertSame(nearer, CancelScope.signal(nearer, null));
    assertEquals(100, CancelScope.strikeNanos(farther, null));
    assertSame(outer, CancelScope.signal(farther, null));
    assertEquals(50, CancelScope.strikeNanos(nearer, cancelledAt50));
    assertSame(cancelledAt50, CancelScope.signal(nearer, cancelledAt50));
  }

  @Test
  void timeouts_ofTheSameTime_theOuterCounts() {
    CancelScope.Limit outer = timeout(null, 100);
    assertSame(outer, CancelScope.signal(timeout(outer, 100), null));
  }

  @Test
  void shield_putsOffByItsGrace() {
    CancelScope.Shield shield = new CancelScope.Shield(null, 10, 1000);
    assertEquals(NEVER, CancelScope.strikeNanos(shield, null));
    assertEquals(1050, CancelScope.strikeNanos(shield, cancelledAt50));
    assertSame(cancelledAt50, CancelScope.signal(shield, cancelledAt50));
    assertEquals(
        1080, CancelScope.strikeNanos(new CancelScope.Shield(null, 80, 1000), cancelledAt50));
    assertEquals(
        NEVER, CancelScope.strikeNanos(new CancelScope.Shield(null, 80, NEVER), cancelledAt50));
  }

  @Test
  void timeoutInsideAShield_isNotPutOff() {
    CancelScope.Shield shield = new CancelScope.Shield(timeout(null, 100), 10, 1000);
    CancelScope.Limit inner = timeout(shield, 300);
    assertEquals(300, CancelScope.strikeNanos(inner, cancelledAt50));
    assertSame(inner, CancelScope.signal(inner, cancelledAt50));
  }
}
