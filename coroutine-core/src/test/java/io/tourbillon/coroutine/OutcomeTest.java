package io.tourbillon.coroutine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How a coroutine has ended, as a value. */
class OutcomeTest {
  private final AtomicInteger uncaught = new AtomicInteger();
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder()
          .loops(1)
          .exceptionHandler((_, _) -> uncaught.incrementAndGet())
          .build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
    assertEquals(0, uncaught.get());
  }

  @Test
  void value_isDone() {
    Coroutine<Integer> coroutine = scheduler.spawn(() -> 7);
    assertEquals(new Coroutine.Outcome.Done<>(7), coroutine.joinOutcome());
    assertEquals(new Coroutine.Outcome.Done<>(7), scheduler.spawn(coroutine::joinOutcome).join());
  }

  @Test
  void exception_isFailed_andSeen() {
    IOException failure = new IOException("broken");
    Coroutine<Integer> coroutine =
        scheduler.spawn(
            () -> {
              throw failure;
            });
    Coroutine.Outcome.Failed<?> outcome =
        assertInstanceOf(Coroutine.Outcome.Failed.class, coroutine.joinOutcome());
    assertSame(failure, outcome.failure());
  }

  @Test
  void cancellation_isCancelled_withItsReason() {
    Coroutine<?> coroutine = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    coroutine.cancel("enough");
    Coroutine.Outcome.Cancelled<?> outcome =
        assertInstanceOf(Coroutine.Outcome.Cancelled.class, coroutine.joinOutcome());
    assertEquals(true, String.valueOf(outcome.cancellation().getMessage()).contains("enough"));
  }

  @Test
  void cancelledWaiter_getsItsOwnCancellation() {
    Coroutine<?> awaited = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    Coroutine<?> waiter = scheduler.spawn(() -> awaited.joinOutcome());
    waiter.cancel();
    assertInstanceOf(Coroutine.Outcome.Cancelled.class, waiter.joinOutcome());
    awaited.cancel();
    CancellationException _ =
        assertInstanceOf(
            CancellationException.class,
            assertThrows(RuntimeException.class, awaited::join).getCause());
  }
}
