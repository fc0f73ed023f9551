package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Coroutines whose stack is full just where they suspend. */
@Tag("not-handoff")
@SuppressWarnings("InfiniteRecursion") // Fills the stack.
class StackOverflowTest {
  private static final int TRIALS = 4;
  private static final int LEVELS = 200;

  /** Returns the depth that a coroutine can reach. */
  private static int room(int depth) {
    try {
      return room(depth + 1);
    } catch (StackOverflowError bottom) {
      return depth;
    }
  }

  private static void sink(int levels, Runnable suspension) {
    if (levels == 0) {
      suspension.run();
    } else {
      sink(levels - 1, suspension);
    }
  }

  /** Tries at several depths, some of which leave no room for a suspension. */
  private static void trySuspending(Runnable suspension) {
    int room = room(0);
    for (int eighth = 8; eighth > 0; eighth--) {
      try {
        sink(room / 8 * eighth, suspension);
      } catch (StackOverflowError noRoom) {
        // There is more room further up.
      }
    }
  }

  @Test
  void overflow_ofSome_isTheirFailureAndNobodyElses() throws Exception {
    CoroutineScheduler scheduler = TestSchedulers.oneLoop();
    Coroutine<?> innocent = scheduler.spawn(() -> Coroutines.delay(Duration.ofSeconds(1)));
    List<Coroutine<?>> sinking = new ArrayList<>();
    for (int trial = 0; trial < TRIALS; trial++) {
      sinking.add(scheduler.spawn(() -> sink(room(0) - 10, Coroutines::yieldNow)));
    }
    for (Coroutine<?> coroutine : sinking) {
      Throwable failure =
          assertThrows(CompletionException.class, () -> coroutine.join(PATIENCE)).getCause();
      assertInstanceOf(StackOverflowError.class, failure);
    }
    assertTrue(scheduler.close(PATIENCE));
    assertEquals(State.DONE, innocent.state());
  }

  @Test
  void overflow_caught_leavesNoTurnBehind() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      List<Coroutine<Long>> all = new ArrayList<>();
      for (int trial = 0; trial < TRIALS; trial++) {
        all.add(
            scheduler.spawn(
                () -> {
                  trySuspending(Coroutines::yieldNow);
                  trySuspending(() -> Coroutines.delay(1, TimeUnit.MILLISECONDS));
                  long startNanos = System.nanoTime();
                  Coroutines.delay(5, TimeUnit.MILLISECONDS);
                  return System.nanoTime() - startNanos;
                }));
      }
      for (Coroutine<Long> coroutine : all) {
        assertTrue(coroutine.join(PATIENCE) >= TimeUnit.MILLISECONDS.toNanos(5));
      }
    }
  }

  @Test
  void overflow_whereATimeoutIsOver_leavesNoTimeoutBehind() throws Exception {
    try (CoroutineScheduler scheduler = TestSchedulers.oneLoop()) {
      Coroutine<?> coroutine =
          scheduler.spawn(
              () -> {
                int room = room(0);
                for (int level = 0; level < LEVELS; level++) {
                  try {
                    sink(room - level, StackOverflowTest::passATimeout);
                  } catch (StackOverflowError noRoom) {
                    // There is more room further up.
                  }
                }
                Coroutines.delay(20, TimeUnit.MILLISECONDS);
              });
      coroutine.join(PATIENCE);
    }
  }

  private static void passATimeout() {
    try {
      Coroutines.withTimeout(Duration.ofMillis(1), () -> Coroutines.checkpoint());
    } catch (TimeoutException late) {
      // On a busy machine. Later suspension points must not throw.
    }
  }
}
