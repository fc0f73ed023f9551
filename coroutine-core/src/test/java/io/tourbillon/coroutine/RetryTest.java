package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

class RetryTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);

  /** When the attempts began, in milliseconds. */
  private final List<Long> attempts = new ArrayList<>();

  private static final Retry EXACT =
      Retry.builder().attempts(4).delay(Duration.ofMillis(100)).jitter(0).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void run(Action body) {
    Coroutine<?> coroutine = scheduler.spawn(body);
    clock.advance(Duration.ofMinutes(10));
    assertTrue(coroutine.state().isEnd(), coroutine::toString);
    coroutine.join();
  }

  /** Fails until the attempt with this number. */
  private String succeedAt(int attempt) throws IOException {
    attempts.add(TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()));
    if (attempts.size() < attempt) {
      throw new IOException("attempt " + attempts.size());
    }
    return "done";
  }

  @Test
  void call_bodyThatSucceedsLater_waitsLongerEachTime() {
    run(() -> assertEquals("done", EXACT.call(() -> succeedAt(4))));
    assertEquals(List.of(0L, 100L, 300L, 700L), attempts);
  }

  @Test
  void call_bodyThatSucceedsAtOnce_isCalledOnce() {
    run(() -> assertEquals("done", EXACT.call(() -> succeedAt(1))));
    assertEquals(List.of(0L), attempts);
  }

  @Test
  void call_bodyThatFailsEachTime_throwsTheLastFailureWithTheOthersSuppressed() {
    run(
        () -> {
          IOException last = assertThrows(IOException.class, () -> EXACT.call(() -> succeedAt(9)));
          assertEquals("attempt 4", last.getMessage());
          assertEquals(
              List.of("attempt 1", "attempt 2", "attempt 3"),
              List.of(last.getSuppressed()).stream().map(Throwable::getMessage).toList());
        });
    assertEquals(4, attempts.size());
  }

  @Test
  void call_sameExceptionEachTime_isThrownAsItIs() {
    IllegalStateException same = new IllegalStateException("again");
    run(
        () ->
            assertSame(
                same,
                assertThrows(
                    IllegalStateException.class,
                    () ->
                        EXACT.call(
                            () -> {
                              throw same;
                            }))));
    assertEquals(0, same.getSuppressed().length);
  }

  @Test
  void on_otherFailure_isNotRetried() {
    Retry retry = Retry.builder().on(failure -> failure instanceof TimeoutException).build();
    run(() -> assertThrows(IOException.class, () -> retry.call(() -> succeedAt(2))));
    assertEquals(1, attempts.size());
  }

  @Test
  void on_failureOfAnother_seesItsCause() {
    Retry retry = Retry.builder().on(failure -> failure instanceof IOException).build();
    run(
        () ->
            assertThrows(
                CompletionException.class,
                () ->
                    retry.call(
                        () -> {
                          attempts.add(0L);
                          Coroutines.await(CompletableFuture.failedFuture(new IOException("far")));
                        })));
    assertEquals(3, attempts.size());
  }

  @Test
  void on_thatThrows_endsTheCallWithTheFailureSuppressed() {
    Retry retry =
        Retry.builder()
            .on(
                _ -> {
                  throw new IllegalStateException("a bug");
                })
            .build();
    run(
        () -> {
          IllegalStateException bug =
              assertThrows(IllegalStateException.class, () -> retry.call(() -> succeedAt(2)));
          assertEquals("attempt 1", bug.getSuppressed()[0].getMessage());
        });
  }

  @Test
  void maxDelay_boundsTheDelay() {
    Retry retry =
        Retry.builder()
            .attempts(5)
            .delay(Duration.ofMillis(100))
            .factor(10)
            .maxDelay(Duration.ofMillis(250))
            .jitter(0)
            .build();
    run(() -> retry.call(() -> succeedAt(5)));
    assertEquals(List.of(0L, 100L, 350L, 600L, 850L), attempts);
  }

  @Test
  void jitter_shortensDelaysByAtMostItsPart() {
    Retry retry =
        Retry.builder().attempts(200).delay(Duration.ofMillis(100)).factor(1).jitter(0.5).build();
    run(() -> retry.call(() -> succeedAt(200)));
    List<Long> delays = new ArrayList<>();
    for (int i = 1; i < attempts.size(); i++) {
      delays.add(attempts.get(i) - attempts.get(i - 1));
    }
    assertTrue(delays.stream().allMatch(delay -> delay >= 50 && delay <= 101), delays::toString);
    assertTrue(delays.stream().distinct().count() > 10, delays::toString);
  }

  @Test
  void limit_nextAttemptBeyondIt_failsAtOnce() {
    Retry retry =
        Retry.builder()
            .attempts(Integer.MAX_VALUE)
            .delay(Duration.ofMillis(100))
            .limit(Duration.ofMillis(500))
            .jitter(0)
            .build();
    run(
        () -> {
          assertThrows(IOException.class, () -> retry.call(() -> succeedAt(99)));
          assertEquals(300, TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()));
        });
    assertEquals(List.of(0L, 100L, 300L), attempts);
  }

  @Test
  void call_cancelled_ends() {
    Coroutine<?> coroutine = scheduler.spawn(() -> EXACT.call(() -> succeedAt(9)));
    clock.advance(Duration.ofMillis(50));
    coroutine.cancel("no longer needed");
    clock.advance(Duration.ofMinutes(1));
    assertEquals(Coroutine.State.CANCELLED, coroutine.state());
    assertEquals(List.of(0L), attempts);
  }

  @Test
  void call_limitAroundIt_ends() {
    run(
        () ->
            assertThrows(
                TimeoutException.class,
                () ->
                    Coroutines.withTimeout(
                        Duration.ofMillis(250), () -> EXACT.call(() -> succeedAt(9)))));
    assertEquals(List.of(0L, 100L), attempts);
  }

  @Test
  void call_limitInsideIt_isRetried() {
    run(
        () ->
            assertThrows(
                TimeoutException.class,
                () ->
                    EXACT.call(
                        () -> {
                          attempts.add(0L);
                          Coroutines.withTimeout(
                              Duration.ofMillis(10), () -> Coroutines.delay(Duration.ofHours(1)));
                        })));
    assertEquals(4, attempts.size());
  }

  @Test
  void error_isNotRetried() {
    run(
        () ->
            assertThrows(
                AssertionError.class,
                () ->
                    EXACT.call(
                        () -> {
                          attempts.add(0L);
                          throw new AssertionError("a bug");
                        })));
    assertEquals(1, attempts.size());
  }

  @Test
  void options_outOfRange_areRefused() {
    Retry.Builder options = Retry.builder();
    refused("attempts must be at least 1: 0", () -> options.attempts(0));
    refused("delay must not be negative: PT-1S", () -> options.delay(Duration.ofSeconds(-1)));
    refused("maxDelay must not be negative: PT-1S", () -> options.maxDelay(Duration.ofSeconds(-1)));
    refused("limit must not be negative: PT-1S", () -> options.limit(Duration.ofSeconds(-1)));
    refused("factor must be from 1 to 1000: 0.5", () -> options.factor(0.5));
    refused("factor must be from 1 to 1000: NaN", () -> options.factor(Double.NaN));
    refused("jitter must be from 0 to 1: 1.5", () -> options.jitter(1.5));
    assertThrows(IllegalStateException.class, () -> EXACT.call(() -> "outside a coroutine"));
  }

  private static void refused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}
