package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.internal.engine.MonitorCheck;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import jdk.internal.vm.Continuation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The limits of {@link Engine#CONTINUATION}. */
@Tag("continuation")
class ContinuationTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  @Test
  void delay_inAClassInitialiser_isRefusedAndTheCoroutineGoesOn() throws Exception {
    Coroutine<String> coroutine =
        scheduler.spawn(
            () -> {
              ExceptionInInitializerError error =
                  assertThrows(ExceptionInInitializerError.class, () -> use(Suspending.VALUE));
              Coroutines.delay(Duration.ofMillis(1));
              Coroutines.yieldNow();
              return error.getCause().getMessage();
            });
    assertEquals(
        "a coroutine must not suspend below a native method or a class initialiser",
        coroutine.join(PATIENCE));
  }

  private static void use(int value) {
    assertTrue(value > 0);
  }

  @Test
  void check_insideSynchronized_namesTheMonitor() throws Exception {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              MonitorCheck.check();
              synchronized (scheduler) {
                String message =
                    assertThrows(IllegalStateException.class, MonitorCheck::check).getMessage();
                assertTrue(
                    message.startsWith("a coroutine must not suspend inside synchronized: "),
                    message);
                assertTrue(message.contains("ContinuationTest"), message);
              }
            });
    coroutine.join(PATIENCE);
  }

  /** If the value were lost, the call must throw instead of returning a wrong value. */
  @Test
  void blocking_whereItCannotSuspend_isRefusedOrHasItsValue() throws Exception {
    scheduler
        .spawn(
            () -> {
              for (int round = 0; round < 200; round++) {
                Continuation.pin();
                try {
                  assertEquals("value", Coroutines.blocking(() -> "value"));
                } catch (IllegalStateException refused) {
                  assertEquals(
                      "a coroutine must not suspend inside a critical section of the JDK",
                      refused.getMessage());
                } finally {
                  Continuation.unpin();
                }
              }
            })
        .join(PATIENCE);
  }

  @Test
  void check_withALockHeld_namesIt() throws Exception {
    ReentrantLock lock = new ReentrantLock();
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              lock.lock();
              try {
                String message =
                    assertThrows(IllegalStateException.class, MonitorCheck::check).getMessage();
                assertTrue(
                    message.startsWith("a coroutine must not suspend while it holds a lock: "),
                    message);
              } finally {
                lock.unlock();
              }
              MonitorCheck.check();
            });
    coroutine.join(PATIENCE);
  }

  @Test
  void coroutines_runOnThePlatformThreadOfTheLoop() throws Exception {
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              Thread before = Thread.currentThread();
              Coroutines.delay(Duration.ofMillis(1));
              return !before.isVirtual() && before.equals(Thread.currentThread());
            });
    assertTrue(coroutine.join(PATIENCE));
  }
}
