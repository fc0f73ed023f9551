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
  private static final long NEIGHBOUR = neighbour();

  /** How long a coroutine may have its place. */
  private static final long WINDOW_NANOS = 16 * EACH_NANOS;

  private final Attraction attraction = new Attraction();
  private long nowNanos;

  /** Returns the first coroutine that is not watched while {@link #COROUTINE} is. */
  private static long neighbour() {
    long number = COROUTINE;
    boolean isWatched = true;
    while (isWatched) {
      number++;
      Attraction attraction = new Attraction();
      isWatched = false;
      for (int count = 0; count < 16; count++) {
        boolean _ = attraction.isStrong(COROUTINE, 0, 1, EACH_NANOS, 0);
        isWatched |= attraction.isStrong(number, 1, 0, EACH_NANOS, 0);
      }
    }
    return number;
  }

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
    assertEquals(16, resumptions(COROUTINE, 1, 0, EACH_NANOS - 1));
    assertEquals(64, resumptions(NEIGHBOUR, 0, 1, EACH_NANOS - 1));
  }

  @Test
  void anotherAttraction_beginsAnew_andAfterARefusalTakesLonger() {
    assertEquals(16, resumptions(COROUTINE, 1, 0, 1));
    assertEquals(16, resumptions(COROUTINE, 1, 0, 1));
    attraction.refused(COROUTINE, nowNanos);
    long startNanos = nowNanos;
    assertTrue(resumptions(COROUTINE, 1, 0, WINDOW_NANOS / 100) > 100);
    assertTrue(nowNanos - startNanos >= WINDOW_NANOS);
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
  void mostOfTheResumptions_attract() {
    int count = 0;
    while (!isStrong(COROUTINE, 3, count % 3 == 0 ? 1 : 2)) {
      count++;
      assertTrue(count < MOST);
    }
    assertEquals(2, count % 3 == 0 ? 1 : 2);
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
    nowNanos += WINDOW_NANOS;
    assertEquals(16, resumptions(NEIGHBOUR, 1, 0, 1));
  }

  /** Its neighbour is resumed a hundred times less often, but often enough. */
  @Test
  void coroutineThatIsResumedByTwoLoopsForEver_leavesItsPlaceToOthers() {
    boolean isFound = false;
    for (int count = 0; count < 100 * MOST; count++) {
      assertFalse(isStrong(COROUTINE, 2, count % 2));
      isFound |= count % 100 == 0 && isStrong(NEIGHBOUR, 2, 0);
      nowNanos += EACH_NANOS / 200;
    }
    assertTrue(isFound);
  }

  /** A loop with a greater number needs more time than one with a smaller number. */
  @Test
  void mostOfTheResumptions_attractAlsoIfOthersWouldNeedFewer() {
    int count = 1;
    while (!isStrong(COROUTINE, 2, count % 20 == 0 ? 0 : 3)) {
      nowNanos += EACH_NANOS / 2;
      count++;
      assertTrue(count < MOST);
    }
    assertTrue(count % 20 != 0);
  }

  @Test
  void coroutineThatNeedsMoreTime_keepsItsPlaceFromOneThatNeedsLess() {
    int count = 1;
    while (!isStrong(COROUTINE, 2, 3)) {
      if (count % 10 == 0) {
        assertFalse(isStrong(NEIGHBOUR, 2, 0));
      }
      nowNanos += EACH_NANOS / 2;
      count++;
      assertTrue(count < MOST);
    }
    assertEquals(64, count);
  }
}
