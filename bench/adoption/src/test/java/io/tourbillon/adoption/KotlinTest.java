package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import kotlinx.coroutines.CoroutineDispatcher;
import kotlinx.coroutines.Dispatchers;
import kotlinx.coroutines.ExecutorCoroutineDispatcher;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kotlin's delays and timeouts. */
class KotlinTest extends AdoptionTest {
  @ParameterizedTest
  @EnumSource
  void delay_ofManyCoroutines_takesAsLongAsOne(Subject subject) {
    CoroutineDispatcher dispatcher = KotlinRecipe.dispatcher(open(subject));
    long startNanos = System.nanoTime();
    assertEquals(1000, KotlinRecipe.sleepers(dispatcher, 1000, Duration.ofMillis(50)));
    assertElapsed(Duration.ofMillis(50), startNanos);
    close(dispatcher);
  }

  @ParameterizedTest
  @EnumSource
  void withTimeout_fires(Subject subject) {
    CoroutineDispatcher dispatcher = KotlinRecipe.dispatcher(open(subject));
    long startNanos = System.nanoTime();
    assertTrue(KotlinRecipe.timesOut(dispatcher, Duration.ofMillis(30)));
    assertElapsed(Duration.ofMillis(30), startNanos);
    close(dispatcher);
  }

  @ParameterizedTest
  @EnumSource
  void withTimeout_isCancelled_byTheEndOfTheBlock(Subject subject) throws Exception {
    TimeSource source = open(subject);
    CoroutineDispatcher dispatcher = KotlinRecipe.dispatcher(source);
    assertEquals(1000, KotlinRecipe.callsInTime(dispatcher, 1000, Duration.ofHours(1)));
    awaitNonePending(source);
    close(dispatcher);
  }

  @ParameterizedTest
  @EnumSource
  void cancel_ofASleeper_leavesNoTimer(Subject subject) throws Exception {
    TimeSource source = open(subject);
    CoroutineDispatcher dispatcher = KotlinRecipe.dispatcher(source);
    KotlinRecipe.cancelSleeper(dispatcher, Duration.ofHours(1));
    awaitNonePending(source);
    close(dispatcher);
  }

  @ParameterizedTest
  @EnumSource
  void failure_ofAChild_cancelsTheSleepOfAnother(Subject subject) throws Exception {
    TimeSource source = open(subject);
    CoroutineDispatcher dispatcher = KotlinRecipe.dispatcher(source);
    assertEquals("broken", KotlinRecipe.failAfter(dispatcher, Duration.ofMillis(5)));
    awaitNonePending(source);
    close(dispatcher);
  }

  /** Kotlin refuses to close the dispatcher that all its users share. */
  private static void close(CoroutineDispatcher dispatcher) {
    if (dispatcher instanceof ExecutorCoroutineDispatcher ours
        && !dispatcher.equals(Dispatchers.getDefault())) {
      ours.close();
    }
  }
}
