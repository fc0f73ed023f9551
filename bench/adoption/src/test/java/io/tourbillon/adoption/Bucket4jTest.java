package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bucket4j's waits for tokens. */
class Bucket4jTest extends AdoptionTest {
  private static Bucket bucket(int tokens, Duration refill) {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(tokens).refillGreedy(tokens, refill))
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void consume_waitsForItsToken(Subject subject) throws Exception {
    TimeSource source = open(subject);
    long startNanos = System.nanoTime();
    Bucket bucket = bucket(10, Duration.ofMillis(100));
    List<CompletableFuture<Void>> waits = new ArrayList<>();
    for (int i = 0; i < 15; i++) {
      waits.add(Bucket4jRecipe.consume(source, bucket));
    }
    assertEquals(10, waits.stream().filter(CompletableFuture::isDone).count());
    for (CompletableFuture<Void> wait : waits) {
      wait.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
    // A bucket counts by the clock in milliseconds, which may have just moved when it was filled.
    assertElapsed(Duration.ofMillis(49), startNanos);
  }

  /** Bucket4j does not cancel the timer of such a wait, so a timer of a second remains. */
  @ParameterizedTest
  @EnumSource
  void cancel_ofAWait_isNotDisturbedByItsTimer(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Bucket bucket = bucket(1, Duration.ofSeconds(1));
    CompletableFuture<Void> first = Bucket4jRecipe.consume(source, bucket);
    CompletableFuture<Void> second = Bucket4jRecipe.consume(source, bucket);
    assertTrue(first.isDone());
    assertTrue(second.cancel(true));
    awaitNonePending(source);
    assertTrue(second.isCancelled());
  }
}
