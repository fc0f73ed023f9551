package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class CancelTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);
  private final List<String> log = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void settle() {
    clock.advance(Duration.ZERO);
  }

  @Test
  void cancel_ofASleeper_endsItAtOnceWithSourceAndReason() {
    List<CoroutineCancelledException> seen = new ArrayList<>();
    Coroutine<?> sleeper =
        scheduler.spawn(
            SpawnOptions.named("sleeper"),
            () -> {
              try {
                Coroutines.delay(Duration.ofHours(1));
              } catch (CoroutineCancelledException e) {
                seen.add(e);
                throw e;
              }
            });
    settle();
    assertTrue(sleeper.cancel("shutting down"));
    settle();
    assertEquals(State.CANCELLED, sleeper.state());
    assertEquals("shutting down", seen.getFirst().reason());
    assertEquals(Thread.currentThread().getName(), seen.getFirst().source());
    CancellationException joined = assertCancelled(sleeper::join);
    assertFalse(joined instanceof CoroutineCancelledException);
    assertEquals(
        "sleeper was cancelled by " + Thread.currentThread().getName() + ": shutting down",
        joined.getMessage());
    assertInstanceOf(CoroutineCancelledException.class, joined.getCause());
  }

  /** An interrupted thread must not wait, but this join does not wait. */
  @Test
  void join_ofOneThatHasEnded_givesAnInterruptedThreadTheResult() {
    Coroutine<String> done = scheduler.spawn(() -> "result");
    Coroutine<?> going = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    settle();
    Thread.currentThread().interrupt();
    try {
      assertEquals("result", done.join());
      assertTrue(Thread.currentThread().isInterrupted());
      assertThrows(CancellationException.class, going::join);
      assertTrue(Thread.currentThread().isInterrupted());
    } finally {
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void cancel_again_isNotTheOne() {
    Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    assertTrue(sleeper.cancel("first"));
    assertFalse(sleeper.cancel("second"));
    settle();
    assertFalse(sleeper.cancel("third"));
    assertTrue(assertCancelled(sleeper::join).getMessage().endsWith("first"));
  }

  @Tag("not-plain-thread")
  @Test
  void cancel_beforeItBegins_keepsItFromBeginning() {
    Coroutine<?> parent =
        scheduler.spawn(
            () -> {
              Coroutine<?> child = scheduler.spawn(() -> log.add("began"));
              child.cancel("changed my mind");
              Coroutines.yieldNow();
              log.add(child.state().toString());
            });
    settle();
    assertEquals(State.DONE, parent.state());
    assertEquals(List.of("CANCELLED"), log);
  }

  @Test
  void cancel_swallowed_isSeenAtEverySuspensionPoint() {
    Coroutine<String> stubborn =
        scheduler.spawn(
            () -> {
              for (int round = 0; round < 3; round++) {
                try {
                  Coroutines.delay(Duration.ofHours(1));
                } catch (CoroutineCancelledException e) {
                  log.add("delay");
                }
              }
              assertThrows(CoroutineCancelledException.class, Coroutines::yieldNow);
              assertThrows(CoroutineCancelledException.class, Coroutines::checkCancelled);
              assertThrows(
                  CoroutineCancelledException.class,
                  () -> Coroutines.await(new CompletableFuture<>()));
              return "my result";
            });
    settle();
    stubborn.cancel("please");
    settle();
    assertEquals(List.of("delay", "delay", "delay"), log);
    assertEquals(State.DONE, stubborn.state());
    assertEquals("my result", stubborn.join());
  }

  @Test
  void cancel_ofSomeoneElse_isNotTheJoinersOwn() {
    Coroutine<?> victim = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    Coroutine<String> joiner =
        scheduler.spawn(
            () -> {
              CancellationException e = assertCancelled(victim::join);
              assertFalse(e instanceof CoroutineCancelledException);
              Coroutines.checkCancelled();
              return "untouched";
            });
    settle();
    victim.cancel();
    settle();
    assertEquals("untouched", joiner.join());
  }

  @Test
  void cancel_byACoroutine_namesIt() {
    Coroutine<?> victim =
        scheduler.spawn(SpawnOptions.named("victim"), () -> Coroutines.delay(Duration.ofHours(1)));
    scheduler.spawn(SpawnOptions.named("culprit"), () -> victim.cancel("in my way"));
    settle();
    assertEquals(
        "victim was cancelled by culprit: in my way", assertCancelled(victim::join).getMessage());
  }

  @Test
  void shield_withinItsGrace_isNotDisturbed() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              try {
                Coroutines.delay(Duration.ofHours(1));
              } finally {
                Coroutines.shield(
                    Duration.ofSeconds(2),
                    () -> {
                      Coroutines.delay(Duration.ofSeconds(1));
                      log.add("cleaned up");
                      return null;
                    });
                assertThrows(CoroutineCancelledException.class, Coroutines::checkCancelled);
              }
            });
    settle();
    coroutine.cancel();
    clock.advance(Duration.ofSeconds(3));
    assertEquals(List.of("cleaned up"), log);
    assertEquals(State.CANCELLED, coroutine.state());
  }

  @Test
  void shield_whenTheGraceIsOver_isCutShort() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () ->
                Coroutines.shield(
                    Duration.ofSeconds(2),
                    () -> {
                      try {
                        Coroutines.delay(Duration.ofHours(1));
                      } finally {
                        log.add("cut at " + clock.nanoTime() / 1_000_000_000);
                      }
                      return null;
                    }));
    clock.advance(Duration.ofSeconds(5));
    coroutine.cancel();
    clock.advance(Duration.ofMillis(1999));
    assertEquals(State.SUSPENDED, coroutine.state());
    clock.advance(Duration.ofMillis(1));
    assertEquals(List.of("cut at 7"), log);
    assertEquals(State.CANCELLED, coroutine.state());
  }

  @Test
  void failure_afterACancel_isAFailure() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              try {
                Coroutines.delay(Duration.ofHours(1));
              } catch (CoroutineCancelledException e) {
                throw new IllegalArgumentException("cleaning up has failed");
              }
            });
    CompletableFuture<?> _ = coroutine.toFuture();
    settle();
    coroutine.cancel();
    settle();
    assertEquals(State.FAILED, coroutine.state());
  }
}
