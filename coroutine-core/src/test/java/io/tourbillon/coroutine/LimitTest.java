package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A timeout is reported by the same exception, whatever set it and wherever it is seen. */
class LimitTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofHours(1);

  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private void run(Action body) throws TimeoutException {
    scheduler.spawn(body).join(PATIENCE);
  }

  private static Coroutine<?> sleeping(CoroutineScope scope) {
    return scope.spawn(() -> Coroutines.delay(LONG));
  }

  private static void assertIsOfALimit(CoroutineCancelledException raised) {
    assertInstanceOf(TimeoutException.class, raised.getCause());
  }

  @Test
  void suspensionInAPartWithALimit_hasTheTimeoutAsCause() throws Exception {
    run(
        () ->
            assertThrows(
                TimeoutException.class,
                () ->
                    Coroutines.withTimeout(
                        SHORT,
                        () -> {
                          for (int number = 0; number < 2; number++) {
                            assertIsOfALimit(
                                assertThrows(
                                    CoroutineCancelledException.class,
                                    () -> Coroutines.delay(LONG)));
                          }
                          Coroutines.delay(LONG);
                        })));
  }

  @Test
  void suspensionInAScopeWithADeadline_hasTheTimeoutAsCause() throws Exception {
    run(
        () -> {
          try (CoroutineScope scope = CoroutineScope.open(Policy.SUPERVISE).timeout(SHORT)) {
            Coroutine<?> child = sleeping(scope);
            assertIsOfALimit(assertThrows(CoroutineCancelledException.class, child::join));
            assertIsOfALimit(
                assertThrows(CoroutineCancelledException.class, () -> Coroutines.delay(LONG)));
            assertInstanceOf(
                TimeoutException.class,
                assertThrows(CompletionException.class, scope::join).getCause());
          }
        });
  }

  @Test
  void suspensionInACancelledCoroutine_hasNoCause() throws Exception {
    run(
        () -> {
          Coroutines.current().cancel();
          assertNull(
              assertThrows(CoroutineCancelledException.class, Coroutines::checkCancelled)
                  .getCause());
        });
  }

  @Test
  void run_withADeadline_hasTheTimeoutAsCauseWhereverItIsSeen() throws Exception {
    run(
        () -> {
          assertRunIsLate(scope -> sleeping(scope));
          assertRunIsLate(scope -> sleeping(scope).join());
          assertRunIsLate(
              scope -> {
                Coroutines.delay(LONG);
                return null;
              });
          assertRunIsLate(
              scope ->
                  Coroutines.blocking(
                      () -> {
                        Thread.sleep(LONG);
                        return null;
                      }));
        });
  }

  /** With a deadline that the block sets, and with one that is passed to run. */
  private static <T, X extends Exception> void assertRunIsLate(CoroutineScope.Scoped<T, X> block) {
    CompletionException failed =
        assertThrows(
            CompletionException.class,
            () -> CoroutineScope.run(Policy.SUPERVISE, scope -> block.in(scope.timeout(SHORT))));
    assertInstanceOf(TimeoutException.class, failed.getCause());
    TimeoutException late =
        assertThrows(
            TimeoutException.class, () -> CoroutineScope.run(Policy.SUPERVISE, SHORT, block));
    assertEquals("the scope was open for PT0.005S", late.getMessage());
  }

  /** The interrupt that ends the call is not visible to callers. */
  @Test
  @Tag("virtual-thread")
  void run_withADeadlineThatInterruptsABlockingCall_hasTheTimeoutAsCause() throws Exception {
    run(
        () ->
            assertRunIsLate(
                scope -> {
                  Thread.sleep(LONG);
                  return null;
                }));
  }

  @Test
  void runWithALimit_inTime_returnsTheValueOfTheBlock() throws Exception {
    run(
        () ->
            assertEquals(
                "value",
                CoroutineScope.run(
                    Policy.FAIL_FAST, LONG, scope -> scope.spawn(() -> "value").join())));
  }

  @Test
  void runWithALimit_failuresOfTheBlockAndOfChildren_areNotItsTimeout() throws Exception {
    IOException broken = new IOException("broken");
    TimeoutException ofAChild = new TimeoutException("of a child");
    run(
        () -> {
          assertSame(
              broken,
              assertThrows(
                  IOException.class,
                  () ->
                      CoroutineScope.run(
                          Policy.FAIL_FAST,
                          LONG,
                          scope -> {
                            throw broken;
                          })));
          CompletionException failed =
              assertThrows(
                  CompletionException.class,
                  () ->
                      CoroutineScope.run(
                          Policy.FAIL_FAST,
                          LONG,
                          scope ->
                              scope.spawn(
                                  () -> {
                                    throw ofAChild;
                                  })));
          assertSame(ofAChild, failed.getCause());
        });
  }

  @Test
  void runWithALimit_cancelled_endsAsACancelledCoroutineDoes() throws Exception {
    Coroutine<?> cancelled =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              CoroutineScope.run(Policy.FAIL_FAST, LONG, LimitTest::sleeping);
            });
    while (!cancelled.state().isEnd()) {
      Thread.onSpinWait();
    }
    assertEquals(Coroutine.State.CANCELLED, cancelled.state());
  }
}
