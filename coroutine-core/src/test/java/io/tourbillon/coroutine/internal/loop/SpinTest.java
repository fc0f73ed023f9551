package io.tourbillon.coroutine.internal.loop;

import static io.tourbillon.coroutine.internal.loop.Spin.FEWEST_SHORT_RESTS;
import static io.tourbillon.coroutine.internal.loop.Spin.FEW_MESSAGES;
import static io.tourbillon.coroutine.internal.loop.Spin.LOOKS_BETWEEN_SAMPLES;
import static io.tourbillon.coroutine.internal.loop.Spin.LOOKS_IN_VAIN;
import static io.tourbillon.coroutine.internal.loop.Spin.MAX_NANOS;
import static io.tourbillon.coroutine.internal.loop.Spin.MIN_NANOS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("handoff") // It needs no engine, so one run will do.
@Tag("not-plain-thread") // No turns.
class SpinTest {
  private static final long STEP_NANOS = 100;
  private static final long FOREVER = Long.MAX_VALUE;

  private long nowNanos;
  private int looks;
  private final Spin spin = new Spin(() -> nowNanos += STEP_NANOS, new AtomicInteger(), 1);

  /** Looks in vain, and returns for how long. */
  private long vainNanos() {
    long startNanos = nowNanos;
    assertFalse(spin.lookForMail(this::noMail, FOREVER));
    return nowNanos - startNanos;
  }

  private void assertLookedFor(long nanos) {
    assertTrue(Math.abs(vainNanos() - nanos) <= 3 * STEP_NANOS);
  }

  private boolean noMail() {
    looks++;
    return false;
  }

  private void shortRests(int count) {
    for (int rest = 0; rest < count; rest++) {
      spin.rested(MAX_NANOS, 1);
    }
  }

  @Test
  void loop_thatRestsLong_neverLooks() {
    for (int rest = 0; rest < 100; rest++) {
      assertEquals(0, vainNanos());
      spin.rested(MAX_NANOS + 1, 1);
    }
    assertEquals(0, looks);
  }

  @Test
  void loop_wokenByItsDeadlines_neverLooks() {
    for (int rest = 0; rest < 100; rest++) {
      assertEquals(0, vainNanos());
      spin.rested(1, 0);
    }
  }

  @Test
  void loop_afterShortRestsInARow_looks() {
    shortRests(FEWEST_SHORT_RESTS - 1);
    assertEquals(0, vainNanos());
    spin.rested(MAX_NANOS + 1, 1);
    shortRests(FEWEST_SHORT_RESTS - 1);
    assertEquals(0, vainNanos(), "not in a row");
    shortRests(1);
    assertTrue(spin.lookForMail(() -> true, FOREVER));
  }

  @Test
  void loop_thatFindsManyMessagesWhenItWakes_neverLooks() {
    for (int rest = 0; rest < 100; rest++) {
      assertEquals(0, vainNanos());
      spin.rested(1, FEW_MESSAGES + 1);
    }
  }

  @Test
  void looks_inVain_endAtTheirBudgetAndThenStop() {
    shortRests(FEWEST_SHORT_RESTS);
    for (int look = 0; look < LOOKS_IN_VAIN; look++) {
      assertLookedFor(MAX_NANOS);
    }
    assertEquals(0, vainNanos());
    shortRests(2 * FEWEST_SHORT_RESTS - 1);
    assertEquals(0, vainNanos(), "it needs twice as many short rests now");
    shortRests(1);
    assertLookedFor(MAX_NANOS);
  }

  /** Rests are just too long for a look: looks must become rare. */
  @Test
  void looks_alwaysInVain_takeASmallShareOfTheTime() {
    long lookedNanos = 0;
    int rests = 100_000;
    for (int rest = 0; rest < rests; rest++) {
      lookedNanos += vainNanos();
      spin.rested(MAX_NANOS, 1);
    }
    double share = (double) lookedNanos / (rests * MAX_NANOS);
    assertTrue(share < 0.03, "share: " + share);
  }

  @Test
  void looks_thatFindMailAtOnce_becomeShort() {
    shortRests(FEWEST_SHORT_RESTS);
    for (int look = 0; look < 50; look++) {
      assertTrue(spin.lookForMail(() -> true, FOREVER));
    }
    assertLookedFor(MIN_NANOS);
  }

  @Test
  void look_thatFindsMail_forgetsThoseInVain() {
    shortRests(FEWEST_SHORT_RESTS);
    for (int round = 0; round < 10; round++) {
      for (int look = 1; look < LOOKS_IN_VAIN; look++) {
        assertTrue(vainNanos() > 0);
      }
      assertTrue(spin.lookForMail(() -> true, FOREVER));
    }
  }

  @Test
  void loop_thatAlwaysFindsMail_parksNowAndThenAndStopsIfManyMessagesCome() {
    shortRests(FEWEST_SHORT_RESTS);
    for (int look = 0; look < LOOKS_BETWEEN_SAMPLES; look++) {
      assertTrue(spin.lookForMail(() -> true, FOREVER));
    }
    assertFalse(spin.lookForMail(() -> true, FOREVER), "it parks");
    spin.rested(MAX_NANOS, FEW_MESSAGES);
    for (int look = 0; look < LOOKS_BETWEEN_SAMPLES; look++) {
      assertTrue(spin.lookForMail(() -> true, FOREVER));
    }
    assertFalse(spin.lookForMail(() -> true, FOREVER), "it parks");
    spin.rested(MAX_NANOS, FEW_MESSAGES + 1);
    assertFalse(spin.lookForMail(() -> true, FOREVER), "it has stopped");
  }

  @Test
  void loop_withADeadlineSoonerThanTheBudget_doesNotLook() {
    shortRests(FEWEST_SHORT_RESTS);
    assertFalse(spin.lookForMail(() -> true, MAX_NANOS - 1));
    assertTrue(spin.lookForMail(() -> true, MAX_NANOS));
  }

  @Test
  void loops_moreThanMayLook_parkAtOnce() throws InterruptedException {
    AtomicInteger spinners = new AtomicInteger();
    Spin first = new Spin(System::nanoTime, spinners, 1);
    Spin second = new Spin(System::nanoTime, spinners, 1);
    for (Spin each : new Spin[] {first, second}) {
      for (int rest = 0; rest < FEWEST_SHORT_RESTS; rest++) {
        each.rested(1, 1);
      }
    }
    CountDownLatch looking = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    Thread looker =
        Thread.ofPlatform()
            .daemon()
            .start(
                () ->
                    first.lookForMail(
                        () -> {
                          looking.countDown();
                          return await(mayEnd);
                        },
                        FOREVER));
    assertTrue(looking.await(20, TimeUnit.SECONDS));
    assertFalse(second.lookForMail(() -> true, FOREVER));
    mayEnd.countDown();
    looker.join();
    assertTrue(second.lookForMail(() -> true, FOREVER));
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }
}
