package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.timer.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeoutTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);
  private final List<String> log = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void log(String what) {
    log.add(what + " at " + TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()));
  }

  private void run(Action body) {
    Coroutine<?> coroutine = scheduler.spawn(body);
    clock.advance(Duration.ofMinutes(1));
    assertTrue(coroutine.state().isEnd(), coroutine::toString);
    coroutine.join();
  }

  @Test
  void withTimeout_inTime_returnsTheValue() {
    run(
        () ->
            assertEquals(
                "value",
                Coroutines.withTimeout(
                    Duration.ofMillis(100),
                    () -> {
                      Coroutines.delay(Duration.ofMillis(99));
                      return "value";
                    })));
  }

  @Test
  void partsWithoutAResult_areRunAsOthersAre() {
    run(
        () -> {
          Coroutines.withTimeout(Duration.ofMillis(100), () -> log.add("limited"));
          Coroutines.shield(Duration.ofMillis(100), () -> log.add("shielded"));
          assertThrows(
              IOException.class,
              () ->
                  Coroutines.withTimeout(
                      Duration.ofMillis(100),
                      () -> {
                        throw new IOException("broken");
                      }));
        });
    assertEquals(List.of("limited", "shielded"), log);
  }

  @Test
  void withTimeout_tooLate_throwsAtTheLimit() {
    run(
        () -> {
          TimeoutException timeout =
              assertThrows(
                  TimeoutException.class,
                  () ->
                      Coroutines.withTimeout(
                          Duration.ofMillis(100),
                          () -> Coroutines.await(new CompletableFuture<>())));
          log("timeout");
          assertTrue(timeout.getMessage().endsWith("it took longer than PT0.1S"));
          assertInstanceOf(CoroutineCancelledException.class, timeout.getCause());
          Coroutines.delay(Duration.ofMillis(10));
          log("after");
        });
    assertEquals(List.of("timeout at 100", "after at 110"), log);
  }

  @Test
  void withTimeout_nested_theNearerOneCounts() {
    run(
        () -> {
          Coroutines.withTimeout(
              Duration.ofMillis(200),
              () -> {
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofMillis(100), () -> sleepFor(Duration.ofHours(1))));
                log("inner");
                return sleepFor(Duration.ofMillis(50));
              });
          log("outer in time");
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.withTimeout(
                      Duration.ofMillis(100),
                      () -> {
                        try {
                          return Coroutines.withTimeout(
                              Duration.ofMillis(200), () -> sleepFor(Duration.ofHours(1)));
                        } catch (TimeoutException e) {
                          throw new AssertionError("it was not the inner one's", e);
                        }
                      }));
          log("outer");
        });
    assertEquals(List.of("inner at 100", "outer in time at 150", "outer at 250"), log);
  }

  private static int sleepFor(Duration duration) {
    Coroutines.delay(duration);
    return 1;
  }

  @Test
  void withTimeout_swallowed_isSeenAgainUntilTheScopeEnds() {
    run(
        () -> {
          int caught =
              Coroutines.withTimeout(
                  Duration.ofMillis(10),
                  () -> {
                    int count = 0;
                    for (int round = 0; round < 3; round++) {
                      try {
                        Coroutines.delay(Duration.ofHours(1));
                      } catch (CoroutineCancelledException e) {
                        count++;
                      }
                    }
                    return count;
                  });
          assertEquals(3, caught);
          Coroutines.checkCancelled();
        });
  }

  @Test
  void withTimeout_ofZero_letsThePartComeToItsFirstSuspensionPoint() {
    run(
        () -> {
          assertEquals(1, Coroutines.withTimeout(Duration.ZERO, () -> 1));
          assertThrows(
              TimeoutException.class,
              () -> Coroutines.withTimeout(Duration.ZERO, () -> sleepFor(Duration.ofSeconds(1))));
        });
  }

  @Test
  void withTimeout_ofABodyThatThrows_throwsThat() {
    run(
        () ->
            assertThrows(
                IOException.class,
                () ->
                    Coroutines.withTimeout(
                        Duration.ofMillis(10),
                        () -> {
                          throw new IOException("broken");
                        })));
  }

  @Test
  void withTimeout_aValueThatComesInTime_isReturned() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    Coroutine<String> coroutine =
        scheduler.spawn(
            () -> Coroutines.withTimeout(Duration.ofMillis(10), () -> Coroutines.await(stage)));
    clock.advance(Duration.ofMillis(9));
    stage.complete("resource");
    clock.jump(Duration.ofMillis(5));
    assertEquals("resource", coroutine.join());
  }

  @Test
  void withTimeout_cancelledInside_isCancelledAndNoTimeout() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> Coroutines.withTimeout(Duration.ofHours(1), () -> sleepFor(Duration.ofHours(2))));
    clock.advance(Duration.ofMinutes(1));
    coroutine.cancel();
    clock.advance(Duration.ZERO);
    assertEquals(State.CANCELLED, coroutine.state());
  }

  @Test
  void withTimeout_aroundAShield_waitsForTheGrace() {
    run(
        () -> {
          assertThrows(
              TimeoutException.class,
              () ->
                  Coroutines.withTimeout(
                      Duration.ofMillis(100),
                      () ->
                          Coroutines.shield(
                              Duration.ofMillis(50), () -> sleepFor(Duration.ofHours(1)))));
          log("timeout");
        });
    assertEquals(List.of("timeout at 150"), log);
  }

  @Test
  void withTimeout_aLimitForAges_isNoOverflow() {
    run(
        () ->
            assertEquals(
                1,
                Coroutines.withTimeout(
                    Duration.ofSeconds(Long.MAX_VALUE), () -> sleepFor(Duration.ofMillis(1)))));
  }

  @Test
  void withTimeout_ofAnAcquisitionInTime_returnsIt() {
    run(
        () ->
            assertEquals(
                "connection",
                Coroutines.<String, RuntimeException>acquireWithin(
                    Duration.ofMillis(10),
                    () -> {
                      Coroutines.delay(Duration.ofMillis(9));
                      return "connection";
                    },
                    log::add)));
    assertEquals(List.of(), log);
  }

  @Test
  void withTimeout_ofAnAcquisitionThatComesTooLate_givesItBack() {
    CompletableFuture<String> pool = new CompletableFuture<>();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () ->
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.<String, RuntimeException>acquireWithin(
                            Duration.ofMillis(10), () -> Coroutines.await(pool), log::add)));
    clock.advance(Duration.ofMillis(20));
    assertTrue(coroutine.state().isEnd());
    assertEquals(List.of(), log);
    pool.complete("connection");
    clock.advance(Duration.ZERO);
    assertEquals(List.of("connection"), log);
  }

  /** Exceptions of a block are thrown unchanged, even if they look like those of a join. */
  @Test
  void withTimeout_ofAnAcquisitionThatFailsAsAJoinDoes_throwsThat() {
    run(
        () -> {
          CompletionException bare = new CompletionException("no cause", null);
          CompletionException wrapped = new CompletionException(new IOException("inside"));
          for (CompletionException failure : List.of(bare, wrapped)) {
            assertSame(
                failure,
                assertThrows(
                    CompletionException.class,
                    () ->
                        Coroutines.acquireWithin(
                            Duration.ofMillis(100),
                            () -> {
                              throw failure;
                            },
                            lost -> {})));
          }
        });
  }

  @Test
  void withTimeout_ofAnAcquisitionThatFails_throwsWhatItThrows() {
    run(
        () ->
            assertThrows(
                IOException.class,
                () ->
                    Coroutines.<String, IOException>acquireWithin(
                        Duration.ofMillis(10),
                        () -> {
                          Coroutines.delay(Duration.ofMillis(1));
                          throw new IOException("refused");
                        },
                        log::add)));
    assertEquals(List.of(), log);
  }
}
