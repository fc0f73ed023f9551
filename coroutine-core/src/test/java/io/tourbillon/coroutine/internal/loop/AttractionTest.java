package io.tourbillon.coroutine.internal.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("handoff") // It needs no engine, so one run will do.
@Tag("not-plain-thread") // No turns.
class AttractionTest {
  private static final int NONE = -1;
  private static final int MOST = 1_000;
  private static final long EACH_NANOS = 1_000;
  private static final long COROUTINE = 7;

  /** Has the place of {@link #COROUTINE} in the table. */
  private static final long NEIGHBOUR = COROUTINE + 64;

  private final Attraction attraction = new Attraction();
  private long nowNanos;

  private boolean isStrong(long coroutine, int from, int attractor) {
    return attraction.isStrong(coroutine, from, attractor, EACH_NANOS, nowNanos);
  }

  /** Returns how many resumptions it takes, so many nanoseconds apart. */
  private int resumptions(long coroutine, int from, int attractor, long apartNanos) {
    for (int count = 1; count <= MOST; count++) {
      if (isStrong(coroutine, from, attractor)) {
        return count;
      }
      nowNanos += apartNanos;
    }
    return NONE;
  }

  @Test
  void loopWithASmallerNumber_attractsSooner() {
    assertEquals(16, resumptions(COROUTINE, 1, 0, EACH_NANOS));
    assertEquals(64, resumptions(COROUTINE, 0, 1, EACH_NANOS));
  }

  @Test
  void anotherAttraction_beginsAnew() {
    assertEquals(16, resumptions(COROUTINE, 1, 0, 1));
    assertEquals(16, resumptions(COROUTINE, 1, 0, 1));
  }

  @Test
  void resumptionsThatAreFarApart_doNotAttract() {
    assertEquals(NONE, resumptions(COROUTINE, 1, 0, 2 * EACH_NANOS));
  }

  @Test
  void resumptionsByTwoLoopsInTurn_doNotAttract() {
    for (int count = 0; count < MOST; count++) {
      assertFalse(isStrong(COROUTINE, 2, count % 2));
    }
  }

  @Test
  void resumptionsWithinTheLoop_countAgainst() {
    for (int count = 0; count < MOST; count++) {
      assertFalse(isStrong(COROUTINE, 1, 0));
      attraction.resumedHere(COROUTINE);
      attraction.resumedHere(COROUTINE);
    }
    attraction.resumedHere(NEIGHBOUR);
    assertEquals(16, resumptions(COROUTINE, 1, 0, 1));
  }

  @Test
  void coroutinesOfOnePlace_areWatchedOneAfterTheOther() {
    for (int count = 1; count < 16; count++) {
      assertFalse(isStrong(COROUTINE, 1, 0));
      assertFalse(isStrong(NEIGHBOUR, 1, 0));
    }
    assertTrue(isStrong(COROUTINE, 1, 0));
    assertEquals(16, resumptions(NEIGHBOUR, 1, 0, 1));
  }

  @Test
  void coroutineThatIsResumedNoMore_givesUpItsPlace() {
    assertFalse(isStrong(COROUTINE, 1, 0));
    nowNanos += 16 * EACH_NANOS;
    assertEquals(16, resumptions(NEIGHBOUR, 1, 0, 1));
  }
}
