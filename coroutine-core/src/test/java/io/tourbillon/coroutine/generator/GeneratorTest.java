package io.tourbillon.coroutine.generator;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Dumps;
import io.tourbillon.coroutine.TestSchedulers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The dialogue of a body with one taker, which is a thread or a coroutine of another loop. */
class GeneratorTest {
  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final List<Object> seen = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private TwoWayGenerator<Integer, String, String> countingTo(int last) {
    return TwoWayGenerator.returning(
        scheduler,
        out -> {
          try {
            for (int n = 1; n <= last; n++) {
              seen.add(String.valueOf(out.yield(n)));
            }
            return "counted";
          } finally {
            seen.add("finally");
          }
        });
  }

  private static <Y, R> Step<Y, R> yielded(Y value) {
    return new Step.Yielded<>(value);
  }

  private static <Y, R> Step<Y, R> ended(R result) {
    return new Step.Ended<>(result);
  }

  @Test
  void next_returnsOneValueAfterTheOther_andThenTheEnd() {
    try (TwoWayGenerator<Integer, String, String> counting = countingTo(2)) {
      assertEquals(yielded(1), counting.next());
      assertEquals(yielded(2), counting.next());
      assertEquals(ended("counted"), counting.next());
    }
  }

  @Test
  void next_afterTheEnd_isTheEndAgain() {
    try (TwoWayGenerator<Integer, String, String> counting = countingTo(0)) {
      for (int time = 0; time < 3; time++) {
        assertEquals(ended("counted"), counting.next());
        assertEquals(ended("counted"), counting.send("value"));
      }
    }
  }

  @Test
  void next_insideACoroutine_worksAsWell() throws Exception {
    TwoWayGenerator<Integer, String, String> counting = countingTo(100);
    int sum =
        scheduler
            .spawn(
                () -> {
                  int all = 0;
                  for (int value : counting) {
                    all += value;
                  }
                  return all;
                })
            .join(PATIENCE);
    assertEquals(5050, sum);
  }

  @Test
  void body_beginsWithTheFirstStepOnly() {
    try (TwoWayGenerator<Integer, String, Void> generator =
        TwoWayGenerator.of(scheduler, out -> seen.add("begun"))) {
      Dumps.awaitNone(scheduler);
      assertEquals(List.of(), seen);
      assertEquals(ended(null), generator.next());
      assertEquals(List.of("begun"), seen);
    }
  }

  @Test
  void body_maySuspendOtherwise() {
    CompletableFuture<String> future = new CompletableFuture<>();
    try (Generator<String> generator =
        Generator.of(
            scheduler,
            out -> {
              Coroutines.delay(Duration.ofMillis(2));
              out.yield("delayed");
              out.yield(Coroutines.await(future));
            })) {
      assertEquals(yielded("delayed"), generator.next());
      future.complete("awaited");
      assertEquals(yielded("awaited"), generator.next());
    }
  }

  @Test
  void null_isAValueLikeOthers() {
    try (TwoWayGenerator<String, Void, String> nothing =
        TwoWayGenerator.returning(
            scheduler,
            out -> {
              out.yield(null);
              return null;
            })) {
      assertEquals(yielded(null), nothing.next());
      assertEquals(ended(null), nothing.next());
    }
  }

  @Test
  void send_isWhatYieldReturns_andNextSendsNull() {
    try (TwoWayGenerator<Integer, String, String> counting = countingTo(3)) {
      counting.next();
      assertEquals(yielded(2), counting.send("first"));
      assertEquals(yielded(3), counting.next());
      assertEquals(ended("counted"), counting.send("last"));
    }
    assertEquals(List.of("first", "null", "last", "finally"), seen);
  }

  @Test
  void send_beforeTheFirstYield_isRefused() {
    try (TwoWayGenerator<Integer, String, String> counting =
        Generator.builder()
            .name("counting")
            .scheduler(scheduler)
            .returning(
                out -> {
                  out.yield(1);
                  return "";
                })) {
      assertEquals(
          "counting has not yielded yet, so that no yield could return what is sent:"
              + " only next may be called, not send",
          assertThrows(IllegalStateException.class, () -> counting.send("early")).getMessage());
      assertEquals(yielded(1), counting.send(null), "as Python's send(None)");
    }
  }

  @Test
  void raise_isThrownAtTheYield_whichMayCatchIt() {
    IllegalArgumentException thrown = new IllegalArgumentException("raised");
    try (TwoWayGenerator<String, Void, Void> catching =
        TwoWayGenerator.of(
            scheduler,
            out -> {
              try {
                out.yield("before");
              } catch (IllegalArgumentException caught) {
                seen.add(caught);
                out.yield("after");
              }
            })) {
      catching.next();
      assertEquals(yielded("after"), catching.raise(thrown));
      assertSame(thrown, seen.getFirst());
    }
  }

  @Test
  void raise_ofACheckedException_isTheCauseOfAnUncheckedOne() {
    IOException thrown = new IOException("raised");
    try (TwoWayGenerator<String, Void, Throwable> catching =
        TwoWayGenerator.returning(
            scheduler,
            out -> {
              try {
                out.yield("before");
              } catch (CompletionException caught) {
                return caught.getCause();
              }
              return null;
            })) {
      catching.next();
      assertEquals(ended(thrown), catching.raise(thrown));
    }
  }

  @Test
  void raise_thatPasses_endsTheBodyAndComesBack() {
    IllegalArgumentException thrown = new IllegalArgumentException("raised");
    try (TwoWayGenerator<Integer, String, String> counting = countingTo(3)) {
      counting.next();
      for (int time = 0; time < 2; time++) {
        assertSame(
            thrown,
            assertThrows(CompletionException.class, () -> counting.raise(thrown)).getCause());
      }
      assertSame(thrown, assertThrows(CompletionException.class, counting::next).getCause());
      assertEquals(List.of("finally"), seen);
    }
  }

  @Test
  void raise_beforeTheFirstStep_endsItWithoutItsHavingBegun() {
    IllegalArgumentException thrown = new IllegalArgumentException("raised");
    try (TwoWayGenerator<Integer, String, String> counting = countingTo(3)) {
      assertSame(
          thrown, assertThrows(CompletionException.class, () -> counting.raise(thrown)).getCause());
      assertThrows(IllegalStateException.class, counting::next);
      assertEquals(List.of(), seen);
    }
  }

  @Test
  void raise_afterTheEnd_comesBack() {
    IllegalArgumentException thrown = new IllegalArgumentException("raised");
    try (TwoWayGenerator<Integer, String, String> counting = countingTo(0)) {
      counting.next();
      assertSame(
          thrown, assertThrows(CompletionException.class, () -> counting.raise(thrown)).getCause());
      assertEquals(ended("counted"), counting.next());
    }
  }

  @Test
  void failureOfTheBody_isThrownByEveryStepFromThenOn() {
    IOException failure = new IOException("broken");
    try (Generator<Integer> failing =
        Generator.of(
            scheduler,
            out -> {
              out.yield(1);
              throw failure;
            })) {
      assertEquals(yielded(1), failing.next());
      for (int time = 0; time < 2; time++) {
        assertSame(failure, assertThrows(CompletionException.class, failing::next).getCause());
      }
    }
  }

  @Test
  void close_runsFinallyBlocks_whichMaySuspend() {
    Generator<Integer> generator =
        Generator.of(
            scheduler,
            out -> {
              try {
                out.yield(1);
                seen.add("not reached");
              } finally {
                Coroutines.delay(Duration.ofMillis(2));
                seen.add("cleaned up");
              }
            });
    generator.next();
    generator.close();
    assertEquals(List.of("cleaned up"), seen);
    generator.close();
    assertFalse(generator.iterator().hasNext());
    assertThrows(IllegalStateException.class, generator::next);
    Dumps.awaitNone(scheduler);
  }

  @Test
  void close_beforeTheFirstStep_neverBegins() {
    TwoWayGenerator<Integer, String, String> counting = countingTo(3);
    counting.close();
    assertThrows(IllegalStateException.class, counting::next);
    assertEquals(List.of(), seen);
  }

  @Test
  void close_ofABodyThatReturnsThen_isFine() {
    TwoWayGenerator<Integer, Void, String> generator =
        TwoWayGenerator.returning(
            scheduler,
            out -> {
              try {
                out.yield(1);
              } catch (GeneratorClosedException closed) {
                seen.add(closed.getMessage());
              }
              return "result";
            });
    generator.next();
    generator.close();
    assertEquals(List.of(generator + " was closed"), seen);
  }

  @Test
  void close_ofABodyThatThrowsThen_throwsThat() {
    IOException failure = new IOException("broken");
    Generator<Integer> generator =
        Generator.of(
            scheduler,
            out -> {
              try {
                out.yield(1);
              } finally {
                throwIt(failure);
              }
            });
    generator.next();
    assertSame(failure, assertThrows(CompletionException.class, generator::close).getCause());
  }

  private static void throwIt(IOException failure) throws IOException {
    throw failure;
  }

  @Test
  void close_ofABodyThatYieldsNevertheless_isAnError() {
    Generator<Integer> stubborn =
        Generator.builder()
            .name("stubborn")
            .scheduler(scheduler)
            .of(
                out -> {
                  try {
                    out.yield(1);
                  } catch (GeneratorClosedException ignored) {
                    try {
                      out.yield(2);
                    } catch (IllegalStateException told) {
                      seen.add(told.getMessage());
                    }
                  }
                });
    stubborn.next();
    assertEquals(
        "stubborn must not yield after it was closed: 2",
        assertThrows(IllegalStateException.class, stubborn::close).getMessage());
    assertEquals(List.of("stubborn must not yield after it was closed: 2"), seen);
    Dumps.awaitNone(scheduler);
  }

  @Test
  void close_afterTheEnd_changesNothing() {
    TwoWayGenerator<Integer, String, String> counting = countingTo(0);
    counting.next();
    counting.close();
    assertEquals(ended("counted"), counting.next());
  }

  @Test
  void running_average_asInPep342() {
    try (TwoWayGenerator<Double, Double, Void> average =
        TwoWayGenerator.of(
            scheduler,
            out -> {
              double sum = 0;
              Double term = out.yield(0.0);
              for (int count = 1; term != null; count++) {
                sum += term;
                term = out.yield(sum / count);
              }
            })) {
      average.next();
      assertEquals(yielded(10.0), average.send(10.0));
      assertEquals(yielded(20.0), average.send(30.0));
      assertEquals(yielded(15.0), average.send(5.0));
      assertEquals(ended(null), average.next());
      assertNull(((Step.Ended<Double, Void>) average.next()).result());
    }
  }
}
