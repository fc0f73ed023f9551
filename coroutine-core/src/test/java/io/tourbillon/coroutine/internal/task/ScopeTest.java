package io.tourbillon.coroutine.internal.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When suspension points raise a signal, and whose. */
class ScopeTest {
  private static final long NEVER = Scope.NEVER;

  private final Cancellation cancelledAt50 =
      new Cancellation(Count.CANCELLED_BY_CALL, "someone", "some reason", 50);

  private static TimeoutScope timeout(Scope outer, long deadlineNanos) {
    return new TimeoutScope(outer, Duration.ofNanos(deadlineNanos), deadlineNanos);
  }

  @Test
  void none_raisesNothingUntilCancelled() {
    assertEquals(NEVER, Scope.strikeNanos(null, null));
    assertNull(Scope.signal(null, null));
    assertEquals(50, Scope.strikeNanos(null, cancelledAt50));
    assertSame(cancelledAt50, Scope.signal(null, cancelledAt50));
  }

  @Test
  void timeouts_theEarlierCounts() {
    TimeoutScope outer = timeout(null, 100);
    TimeoutScope nearer = timeout(outer, 70);
    TimeoutScope farther = timeout(outer, 200);
    assertEquals(70, Scope.strikeNanos(nearer, null));
    assertSame(nearer, Scope.signal(nearer, null));
    assertEquals(100, Scope.strikeNanos(farther, null));
    assertSame(outer, Scope.signal(farther, null));
    assertEquals(50, Scope.strikeNanos(nearer, cancelledAt50));
    assertSame(cancelledAt50, Scope.signal(nearer, cancelledAt50));
  }

  @Test
  void timeouts_ofTheSameTime_theOuterCounts() {
    TimeoutScope outer = timeout(null, 100);
    assertSame(outer, Scope.signal(timeout(outer, 100), null));
  }

  @Test
  void shield_putsOffByItsGrace() {
    ShieldScope shield = new ShieldScope(null, 10, 1000);
    assertEquals(NEVER, Scope.strikeNanos(shield, null));
    assertEquals(1050, Scope.strikeNanos(shield, cancelledAt50));
    assertSame(cancelledAt50, Scope.signal(shield, cancelledAt50));
    assertEquals(1080, Scope.strikeNanos(new ShieldScope(null, 80, 1000), cancelledAt50));
    assertEquals(NEVER, Scope.strikeNanos(new ShieldScope(null, 80, NEVER), cancelledAt50));
  }

  @Test
  void timeoutInsideAShield_isNotPutOff() {
    ShieldScope shield = new ShieldScope(timeout(null, 100), 10, 1000);
    TimeoutScope inner = timeout(shield, 300);
    assertEquals(300, Scope.strikeNanos(inner, cancelledAt50));
    assertSame(inner, Scope.signal(inner, cancelledAt50));
  }
}
