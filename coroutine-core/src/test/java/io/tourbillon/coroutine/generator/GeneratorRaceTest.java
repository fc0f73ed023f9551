package io.tourbillon.coroutine.generator;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Timeouts and closes at any moment: no value is lost, none comes twice, every body ends. */
class GeneratorRaceTest {
  private static final int VALUES = 3000;
  private static final int GENERATORS = 500;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private TwoWayGenerator<Integer, Void, String> counting() {
    return TwoWayGenerator.returning(
        scheduler,
        out -> {
          begun.incrementAndGet();
          try {
            for (int n = 1; n <= VALUES; n++) {
              out.yield(n);
            }
            return "counted";
          } finally {
            ended.incrementAndGet();
          }
        });
  }

  private Duration instant() {
    return Duration.ofNanos(random.nextInt(20_000));
  }

  private interface Taker {
    Step<Integer, String> next(TwoWayGenerator<Integer, Void, String> generator) throws Exception;
  }

  private void takeAll(Taker taker) throws Exception {
    try (TwoWayGenerator<Integer, Void, String> counting = counting()) {
      int expected = 1;
      int givenUp = 0;
      while (true) {
        try {
          Step<Integer, String> step = taker.next(counting);
          if (step instanceof Step.Yielded<Integer, String>(Integer value)) {
            assertEquals(expected++, value, () -> "seed " + seed);
          } else {
            assertEquals(new Step.Ended<>("counted"), step);
            break;
          }
        } catch (TimeoutException | CancellationException late) {
          givenUp++;
        }
      }
      assertEquals(VALUES + 1, expected, "seed " + seed);
      assertTrue(givenUp > 0, "nothing was raced");
    }
  }

  @Test
  void values_thatAThreadGivesUp_comeNext() throws Exception {
    takeAll(generator -> generator.next(instant()));
  }

  @Test
  void values_thatACoroutineGivesUp_comeNext() throws Exception {
    scheduler.spawn(() -> takeAll(generator -> generator.next(instant()))).join(PATIENCE);
  }

  @Test
  void values_whoseTakersAreCancelled_comeNext() throws Exception {
    takeAll(
        generator -> {
          Coroutine<Step<Integer, String>> taker = scheduler.spawn(() -> generator.next());
          for (int turn = random.nextInt(300); turn > 0; turn--) {
            Thread.onSpinWait();
          }
          taker.cancel();
          try {
            return taker.join(PATIENCE);
          } catch (CompletionException cancelled) {
            throw assertInstanceOf(CancellationException.class, cancelled.getCause());
          }
        });
  }

  /** Checks that the tests above notice if a step that was given up loses its value. */
  @Test
  void values_thatAreLost_areMissed() {
    AssertionError missed =
        assertThrows(
            AssertionError.class,
            () ->
                takeAll(
                    generator -> {
                      try {
                        return generator.next(instant());
                      } catch (TimeoutException late) {
                        Step<Integer, String> _ = generator.next();
                        throw late;
                      }
                    }));
    assertTrue(missed.getMessage().startsWith("seed"), missed.getMessage());
  }

  @Test
  void close_atAnyMoment_endsEveryBodyOnce() throws Exception {
    for (int number = 0; number < GENERATORS; number++) {
      TwoWayGenerator<Integer, Void, String> generator = counting();
      try {
        for (int step = random.nextInt(4); step >= 0; step--) {
          generator.next(instant());
        }
      } catch (TimeoutException late) {
        // It continues while it is closed.
      }
      generator.close();
    }
    awaitQuiet();
    assertEquals(begun.get(), ended.get(), "seed " + seed);
  }

  @Test
  void owners_thatEndAtAnyMoment_endTheirGenerators() throws Exception {
    for (int number = 0; number < GENERATORS; number++) {
      Coroutine<?> owner =
          scheduler.spawn(
              () -> {
                Generator<Integer> generator =
                    Generator.of(
                        out -> {
                          begun.incrementAndGet();
                          try {
                            while (true) {
                              out.yield(1);
                              Coroutines.yieldNow();
                            }
                          } finally {
                            ended.incrementAndGet();
                          }
                        });
                for (int value : generator) {
                  assertEquals(1, value);
                }
              });
      for (int turn = random.nextInt(3000); turn > 0; turn--) {
        Thread.onSpinWait();
      }
      owner.cancel();
    }
    awaitQuiet();
    assertEquals(begun.get(), ended.get(), "seed " + seed);
  }

  private void awaitQuiet() throws InterruptedException {
    while (scheduler.dump(1).total() > 0) {
      Thread.sleep(1);
    }
  }
}
