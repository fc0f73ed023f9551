package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.Clock;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract of suspensions, as far as channels do not show it. */
class SuspensionTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  @Test
  void caller_isTheCoroutineOrTheThread() throws Exception {
    assertSame(Thread.currentThread(), Suspension.caller());
    AtomicReference<Object> seen = new AtomicReference<>();
    Coroutine<Boolean> coroutine =
        scheduler.spawn(
            () -> {
              seen.set(Suspension.caller());
              Coroutines.yieldNow();
              return seen.get().equals(Suspension.caller())
                  && seen.get().equals(Coroutines.current());
            });
    assertTrue(coroutine.join(PATIENCE));
    assertSame(coroutine, seen.get());
  }

  @Test
  void clock_isThatOfTheScheduler_orTheSystems() throws Exception {
    assertSame(Clock.system(), Suspension.clock());
    assertSame(clock, scheduler.spawn(Suspension::clock).join(PATIENCE));
  }

  @Test
  void awaitAtMost_endsByItself_withoutAnException() throws Exception {
    AtomicInteger takenBack = new AtomicInteger();
    Coroutine<Long> coroutine =
        scheduler.spawn(
            () -> {
              assertNull(
                  Suspension.<String>awaitAtMost(
                      "news",
                      Duration.ofMillis(100),
                      news -> news.onCancel(takenBack::incrementAndGet)));
              return clock.nanoTime();
            });
    clock.advance(Duration.ZERO);
    assertEquals("news", coroutine.waitsFor().orElseThrow());
    clock.advance(Duration.ofMillis(100));
    assertEquals(100_000_000, coroutine.join(PATIENCE));
    assertEquals(1, takenBack.get());
    assertNull(Suspension.<String>awaitAtMost("news", Duration.ofMillis(2), news -> {}));
  }

  @Test
  void awaitAtMost_returnsWhatComesBefore() throws Exception {
    AtomicReference<Resumption<String>> later = new AtomicReference<>();
    Coroutine<String> coroutine =
        scheduler.spawn(
            () ->
                Suspension.<String>awaitAtMost("news", PATIENCE, later::set)
                    + Suspension.<String>awaitAtMost(
                        "news", Duration.ZERO, news -> news.resume(" at once"))
                    + Suspension.<String>awaitAtMost("news", Duration.ZERO, news -> {}));
    clock.advance(Duration.ofMillis(100));
    assertTrue(later.get().resume("later"));
    assertEquals("later at oncenull", coroutine.join(PATIENCE));
  }

  @Test
  void awaitAtMost_ofACancelledCoroutine_throws_andSoDoesALimitAround() throws Exception {
    AtomicReference<Resumption<String>> later = new AtomicReference<>();
    Coroutine<String> coroutine =
        scheduler.spawn(
            () -> {
              assertThrows(
                  TimeoutException.class,
                  () ->
                      Coroutines.withTimeout(
                          Duration.ofMillis(10),
                          () -> Suspension.<String>awaitAtMost("news", PATIENCE, later::set)));
              return Suspension.<String>awaitAtMost("news", PATIENCE, later::set);
            });
    clock.advance(Duration.ofMillis(20));
    coroutine.cancel();
    assertCancelled(coroutine::join);
    assertTrue(!later.get().resume("too late"));
  }
}
