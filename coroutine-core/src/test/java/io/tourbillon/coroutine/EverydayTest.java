package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Results instead of exceptions, and a map with limited concurrency. */
class EverydayTest {
  private static final Duration TEN = Duration.ofMillis(10);
  private static final Duration HOUR = Duration.ofHours(1);

  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void run(Action body) {
    Coroutine<?> coroutine = scheduler.spawn(body);
    clock.advance(Duration.ofMinutes(1));
    assertTrue(coroutine.state().isEnd(), coroutine::toString);
    coroutine.join();
  }

  private static String slowly() {
    Coroutines.delay(HOUR);
    return "late";
  }

  // withTimeoutOrNull

  @Test
  void withTimeoutOrNull_inTime_returnsTheValue() {
    run(() -> assertEquals("value", Coroutines.withTimeoutOrNull(TEN, () -> "value")));
  }

  @Test
  void withTimeoutOrNull_late_returnsNull() {
    run(() -> assertNull(Coroutines.withTimeoutOrNull(TEN, EverydayTest::slowly)));
  }

  @Test
  void withTimeoutOrNull_timeoutOfALimitInside_isThrown() {
    run(
        () ->
            assertThrows(
                TimeoutException.class,
                () ->
                    Coroutines.withTimeoutOrNull(
                        HOUR, () -> Coroutines.withTimeout(TEN, EverydayTest::slowly))));
  }

  @Test
  void withTimeoutOrNull_failureOfTheBody_isThrown() {
    IOException failure = new IOException("of the body");
    run(
        () ->
            assertSame(
                failure,
                assertThrows(
                    IOException.class,
                    () ->
                        Coroutines.withTimeoutOrNull(
                            TEN,
                            () -> {
                              throw failure;
                            }))));
  }

  @Test
  void withTimeoutOrNull_cancelled_doesNotReturn() {
    Coroutine<?> coroutine =
        scheduler.spawn(() -> Coroutines.withTimeoutOrNull(HOUR, EverydayTest::slowly));
    clock.advance(TEN);
    coroutine.cancel("no longer needed");
    clock.advance(TEN);
    assertEquals(Coroutine.State.CANCELLED, coroutine.state());
  }

  // isCancelled

  @Test
  void isCancelled_afterACancel_isTrueUntilTheEnd() {
    List<Boolean> seen = new ArrayList<>();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              seen.add(Coroutines.isCancelled());
              try {
                Coroutines.delay(HOUR);
              } finally {
                seen.add(Coroutines.isCancelled());
                Coroutines.shield(HOUR, () -> seen.add(Coroutines.isCancelled()));
              }
            });
    clock.advance(TEN);
    coroutine.cancel("enough");
    clock.advance(TEN);
    assertEquals(List.of(false, true, false), seen);
  }

  @Test
  void isCancelled_withinALimitThatHasPassed_isTrueUntilTheLimitIsLeft() {
    run(
        () -> {
          boolean inside =
              Coroutines.withTimeout(
                  TEN,
                  () -> {
                    try {
                      Coroutines.delay(HOUR);
                    } catch (CoroutineCancelledException limit) {
                      // Looks at the flag instead.
                    }
                    return Coroutines.isCancelled();
                  });
          assertTrue(inside);
          assertFalse(Coroutines.isCancelled());
        });
  }

  @Test
  void outsideACoroutine_areRefused() {
    assertThrows(IllegalStateException.class, Coroutines::isCancelled);
    assertThrows(
        IllegalStateException.class, () -> Coroutines.withTimeoutOrNull(TEN, () -> "value"));
  }

  // mapConcurrently

  @Test
  void mapConcurrently_runsAsManyAtATimeAndKeepsTheOrder() {
    List<Integer> items = IntStream.range(0, 50).boxed().toList();
    int[] running = new int[2];
    run(
        () -> {
          List<String> results =
              CoroutineScope.mapConcurrently(
                  items,
                  4,
                  item -> {
                    running[1] = Math.max(running[1], ++running[0]);
                    Coroutines.delay(Duration.ofMillis(1 + item % 7));
                    running[0]--;
                    return "r" + item;
                  });
          assertEquals(items.stream().map(item -> "r" + item).toList(), results);
        });
    assertEquals(4, running[1]);
  }

  @Test
  void mapConcurrently_failure_cancelsTheOthersAndIsThrown() {
    List<Integer> begun = new ArrayList<>();
    IOException failure = new IOException("of item 3");
    run(
        () -> {
          CompletionException thrown =
              assertThrows(
                  CompletionException.class,
                  () ->
                      CoroutineScope.mapConcurrently(
                          IntStream.range(0, 100).boxed().toList(),
                          2,
                          item -> {
                            begun.add(item);
                            Coroutines.delay(TEN);
                            if (item == 3) {
                              throw failure;
                            }
                            return item;
                          }));
          assertSame(failure, thrown.getCause());
        });
    assertTrue(begun.size() <= 6, begun::toString);
  }

  @Test
  void mapConcurrently_workerThatSomeoneElseCancels_isAFailure() {
    run(
        () -> {
          CompletionException thrown =
              assertThrows(
                  CompletionException.class,
                  () ->
                      CoroutineScope.mapConcurrently(
                          List.of(1, 2, 3, 4),
                          1,
                          item -> {
                            Coroutines.current().cancel("by someone else");
                            return item;
                          }));
          assertInstanceOf(CancellationException.class, thrown.getCause());
        });
  }

  @Test
  void mapConcurrently_nullResultsAndNoItems_areFine() {
    run(
        () -> {
          assertEquals(List.of(), CoroutineScope.mapConcurrently(List.of(), 3, item -> item));
          List<String> results = CoroutineScope.mapConcurrently(List.of(1, 2), 8, item -> null);
          assertEquals(2, results.size());
          assertNull(results.getFirst());
        });
    assertThrows(
        IllegalArgumentException.class,
        () -> CoroutineScope.mapConcurrently(List.of(1), 0, item -> item));
    assertTrue(
        assertThrows(
                IllegalStateException.class,
                () -> CoroutineScope.mapConcurrently(List.of(1), 1, item -> item))
            .getMessage()
            .startsWith("CoroutineScope.mapConcurrently must be called inside a coroutine"));
  }
}
