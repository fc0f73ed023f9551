package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.failsafe.TimeoutExceededException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Failsafe's timeouts and retries. */
class FailsafeTest extends AdoptionTest {
  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void timeout_fires_ifAStageTakesLonger(Subject subject) {
    FailsafeExecutor<String> failsafe =
        FailsafeRecipe.on(open(subject), Failsafe.with(Timeout.of(Duration.ofMillis(30))));
    CompletableFuture<String> call = new CompletableFuture<>();
    long startNanos = System.nanoTime();
    CompletableFuture<String> limited = failsafe.getStageAsync(() -> call);
    assertCause(
        TimeoutExceededException.class, assertThrows(ExecutionException.class, () -> get(limited)));
    assertElapsed(Duration.ofMillis(30), startNanos);
  }

  /** A call that blocks its caller: the timer interrupts the caller. */
  @ParameterizedTest
  @EnumSource
  void timeout_interruptsACallThatBlocks(Subject subject) {
    FailsafeExecutor<Object> failsafe =
        FailsafeRecipe.on(
            open(subject),
            Failsafe.with(Timeout.builder(Duration.ofMillis(30)).withInterrupt().build()));
    CountDownLatch never = new CountDownLatch(1);
    assertThrows(
        TimeoutExceededException.class,
        () -> failsafe.get(() -> never.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)));
    assertTrue(!Thread.currentThread().isInterrupted());
  }

  @ParameterizedTest
  @EnumSource
  void timeout_isCancelled_byTheEndOfACall(Subject subject) throws Exception {
    TimeSource source = open(subject);
    FailsafeExecutor<Integer> failsafe =
        FailsafeRecipe.on(source, Failsafe.with(Timeout.of(Duration.ofHours(1))));
    for (int i = 0; i < 1000; i++) {
      int number = i;
      assertEquals(
          number, get(failsafe.getStageAsync(() -> CompletableFuture.completedFuture(number))));
    }
    awaitNonePending(source);
  }

  @ParameterizedTest
  @EnumSource
  void retry_waitsBetweenAttempts(Subject subject) throws Exception {
    FailsafeExecutor<String> failsafe =
        FailsafeRecipe.on(
            open(subject),
            Failsafe.with(
                RetryPolicy.<String>builder()
                    .withMaxRetries(5)
                    .withDelay(Duration.ofMillis(10))
                    .build()));
    AtomicInteger attempts = new AtomicInteger();
    long startNanos = System.nanoTime();
    CompletableFuture<String> result =
        failsafe.getAsync(
            () -> {
              if (attempts.incrementAndGet() < 4) {
                throw new IllegalStateException("attempt " + attempts);
              }
              return "done";
            });
    assertEquals("done", get(result));
    assertEquals(4, attempts.get());
    assertElapsed(Duration.ofMillis(30), startNanos);
  }

  @ParameterizedTest
  @EnumSource
  void cancel_ofTheResult_endsTheRetries(Subject subject) throws Exception {
    TimeSource source = open(subject);
    FailsafeExecutor<String> failsafe =
        FailsafeRecipe.on(
            source,
            Failsafe.with(
                RetryPolicy.<String>builder()
                    .withMaxRetries(5)
                    .withDelay(Duration.ofHours(1))
                    .build()));
    AtomicInteger attempts = new AtomicInteger();
    CompletableFuture<String> result =
        failsafe.getAsync(
            () -> {
              attempts.incrementAndGet();
              throw new IllegalStateException("expected by the test");
            });
    await(() -> attempts.get() == 1, () -> "attempts: " + attempts);
    assertTrue(result.cancel(true));
    awaitNonePending(source);
    assertEquals(1, attempts.get());
  }
}
