package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class DelayTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);
  private final List<String> log = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void log(String what) {
    synchronized (log) {
      log.add(what + " " + TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()));
    }
  }

  private List<String> logged() {
    synchronized (log) {
      return List.copyOf(log);
    }
  }

  @Test
  void delay_ofSomeCoroutines_endsEachInItsTickAndNotBefore() {
    for (int millis : new int[] {30, 10, 20}) {
      scheduler.spawn(
          () -> {
            Coroutines.delay(Duration.ofMillis(millis));
            log("woke");
          });
    }
    clock.advance(Duration.ofMillis(9));
    assertEquals(List.of(), logged());
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of("woke 10", "woke 20", "woke 30"), logged());
  }

  @Test
  void delay_shorterThanATick_isRoundedUp() {
    scheduler.spawn(
        () -> {
          Coroutines.delay(1, TimeUnit.NANOSECONDS);
          log("woke");
        });
    clock.advance(Duration.ofNanos(999_999));
    assertEquals(List.of(), logged());
    clock.advance(Duration.ofNanos(1));
    assertEquals(List.of("woke 1"), logged());
  }

  @Test
  void delay_again_countsFromItsOwnBeginning() {
    scheduler.spawn(
        () -> {
          for (int round = 0; round < 3; round++) {
            Coroutines.delay(Duration.ofMillis(7));
            log("woke");
          }
        });
    clock.advance(Duration.ofSeconds(1));
    assertEquals(List.of("woke 7", "woke 14", "woke 21"), logged());
  }

  @Test
  void delay_ofZeroOrLess_letsOthersGoFirst() {
    scheduler.spawn(
        () -> {
          scheduler.spawn(() -> log("other"));
          Coroutines.delay(Duration.ZERO);
          Coroutines.delay(Duration.ofSeconds(-5));
          log("self");
        });
    clock.advance(Duration.ZERO);
    assertEquals(List.of("other 0", "self 0"), logged());
  }

  @Test
  void delay_ofAges_isNoOverflow() {
    Coroutine<?> sleeper =
        scheduler.spawn(() -> Coroutines.delay(Duration.ofSeconds(Long.MAX_VALUE)));
    clock.advance(Duration.ofDays(10_000));
    assertEquals(State.SUSPENDED, sleeper.state());
    assertEquals(Optional.of("a delay"), sleeper.waitsFor());
  }

  @Tag("not-plain-thread")
  @Test
  void yieldNow_ofSomeCoroutines_takesTurns() {
    scheduler.spawn(
        () -> {
          for (String who : List.of("a", "b", "c")) {
            scheduler.spawn(
                () -> {
                  for (int turn = 0; turn < 2; turn++) {
                    log(who);
                    Coroutines.yieldNow();
                  }
                });
          }
        });
    clock.advance(Duration.ZERO);
    assertEquals(List.of("a 0", "b 0", "c 0", "a 0", "b 0", "c 0"), logged());
  }

  @Test
  void delay_ofManyOnRealTime_isNeverEarly() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (CoroutineScheduler real = TestSchedulers.builder().loops(2).build()) {
      List<Coroutine<Long>> sleepers = new ArrayList<>();
      for (int number = 0; number < 2000; number++) {
        long nanos = random.nextInt(20_000_000);
        sleepers.add(
            real.spawn(
                () -> {
                  long startNanos = System.nanoTime();
                  Coroutines.delay(nanos, TimeUnit.NANOSECONDS);
                  Coroutines.delay(nanos, TimeUnit.NANOSECONDS);
                  return System.nanoTime() - startNanos - 2 * nanos;
                }));
      }
      for (Coroutine<Long> sleeper : sleepers) {
        long lateNanos = sleeper.join(PATIENCE);
        assertTrue(lateNanos >= 0, () -> "early by " + -lateNanos + " ns, seed " + seed);
      }
    }
  }

  /** Loops that wake each other contend for the lock of the clock, and so do coroutines on them. */
  @Test
  void delay_onLoopsThatWakeEachOtherByAVirtualClock_comesToAnEnd() throws Exception {
    try (CoroutineScheduler several = TestSchedulers.builder().loops(4).clock(clock).build()) {
      clock.autoAdvance(true);
      List<Coroutine<?>> parents = new ArrayList<>();
      for (int number = 0; number < 100; number++) {
        parents.add(
            several.spawn(
                () -> {
                  for (int round = 0; round < 50; round++) {
                    several.spawn(() -> Coroutines.delay(Duration.ofMillis(1))).join();
                  }
                }));
      }
      for (Coroutine<?> parent : parents) {
        parent.join(PATIENCE);
      }
      clock.autoAdvance(false);
    }
  }
}
