package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Resilience4j's time limiter and retry of asynchronous calls. */
class Resilience4jTest extends AdoptionTest {
  private static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void limit_fires_ifACallTakesLonger(Subject subject) {
    ScheduledExecutorService executor = Resilience4jRecipe.executor(open(subject));
    TimeLimiter limiter = TimeLimiter.of(Duration.ofMillis(30));
    CompletableFuture<String> call = new CompletableFuture<>();
    long startNanos = System.nanoTime();
    CompletableFuture<String> limited =
        limiter.executeCompletionStage(executor, () -> call).toCompletableFuture();
    assertCause(TimeoutException.class, assertThrows(ExecutionException.class, () -> get(limited)));
    assertElapsed(Duration.ofMillis(30), startNanos);
  }

  @ParameterizedTest
  @EnumSource
  void limit_isCancelled_byTheEndOfACall(Subject subject) throws Exception {
    TimeSource source = open(subject);
    ScheduledExecutorService executor = Resilience4jRecipe.executor(source);
    TimeLimiter limiter = TimeLimiter.of(Duration.ofHours(1));
    for (int i = 0; i < 1000; i++) {
      CompletableFuture<Integer> call = new CompletableFuture<>();
      CompletableFuture<Integer> limited =
          limiter.executeCompletionStage(executor, () -> call).toCompletableFuture();
      call.complete(i);
      assertEquals(i, get(limited));
    }
    awaitNonePending(source);
  }

  @ParameterizedTest
  @EnumSource
  void retry_waitsBetweenAttempts(Subject subject) throws Exception {
    ScheduledExecutorService executor = Resilience4jRecipe.executor(open(subject));
    Retry retry =
        Retry.of(
            "test",
            RetryConfig.custom()
                .maxAttempts(5)
                .intervalFunction(IntervalFunction.of(Duration.ofMillis(10)))
                .build());
    AtomicInteger attempts = new AtomicInteger();
    long startNanos = System.nanoTime();
    CompletableFuture<String> result =
        retry
            .executeCompletionStage(
                executor,
                () ->
                    attempts.incrementAndGet() < 4
                        ? CompletableFuture.failedFuture(new IllegalStateException("not yet"))
                        : CompletableFuture.completedFuture("done"))
            .toCompletableFuture();
    assertEquals("done", get(result));
    assertEquals(4, attempts.get());
    assertElapsed(Duration.ofMillis(30), startNanos);
  }

  @ParameterizedTest
  @EnumSource
  void retry_givesUp_afterTheLastAttempt(Subject subject) {
    ScheduledExecutorService executor = Resilience4jRecipe.executor(open(subject));
    Retry retry =
        Retry.of(
            "test",
            RetryConfig.custom()
                .maxAttempts(3)
                .intervalFunction(IntervalFunction.of(Duration.ofMillis(1)))
                .build());
    AtomicInteger attempts = new AtomicInteger();
    CompletableFuture<String> result =
        retry
            .<String>executeCompletionStage(
                executor,
                () -> {
                  attempts.incrementAndGet();
                  return CompletableFuture.failedFuture(new IllegalStateException("never"));
                })
            .toCompletableFuture();
    assertCause(
        IllegalStateException.class, assertThrows(ExecutionException.class, () -> get(result)));
    assertEquals(3, attempts.get());
  }
}
