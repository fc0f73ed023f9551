package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.TestSchedulers;
import io.tourbillon.timer.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
  private final VirtualClock clock = new VirtualClock();
  private final CoroutineScheduler scheduler = TestSchedulers.on(clock);

  /** The times of the acquisitions in milliseconds. Written by the coroutines of one loop. */
  private final List<Long> times = new ArrayList<>();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private RateLimiter tenASecond(int burst) {
    return RateLimiter.builder(10, Duration.ofSeconds(1))
        .burst(burst)
        .clock(clock)
        .name("calls")
        .build();
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private Coroutine<?> acquiring(RateLimiter limiter, int permits) {
    Coroutine<?> acquirer =
        scheduler.spawn(
            () -> {
              limiter.acquire(permits);
              times.add(clock.nanoTime() / 1_000_000);
            });
    clock.advance(Duration.ZERO);
    return acquirer;
  }

  @Test
  void burst_isThereAtFirst_thenTheRate() throws Exception {
    RateLimiter limiter = tenASecond(3);
    scheduler.spawn(
        () -> {
          for (int number = 0; number < 6; number++) {
            limiter.acquire();
            times.add(clock.nanoTime() / 1_000_000);
          }
        });
    clock.advance(millis(500));
    assertEquals(List.of(0L, 0L, 0L, 100L, 200L, 300L), times);
    clock.advance(millis(1000));
    assertEquals("calls, 3 available", limiter.toString());
  }

  @Test
  void requests_areServedInTheOrderInWhichTheyCame() {
    RateLimiter limiter = tenASecond(4);
    acquiring(limiter, 4);
    Coroutine<?> many = acquiring(limiter, 3);
    acquiring(limiter, 1);
    assertEquals("acquiring 3 of calls", many.waitsFor().orElseThrow());
    clock.advance(millis(200));
    assertFalse(limiter.tryAcquire());
    assertEquals(0, limiter.availablePermits());
    clock.advance(millis(1000));
    assertEquals(List.of(0L, 300L, 400L), times);
  }

  @Test
  void whoGivesUp_givesItsReservationToThoseBehind() {
    RateLimiter limiter = tenASecond(1);
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < 7; number++) {
      all.add(acquiring(limiter, 1));
    }
    clock.advance(millis(50));
    all.get(1).cancel();
    all.get(3).cancel();
    all.get(4).cancel();
    clock.advance(millis(1000));
    assertCancelled(() -> all.get(1).join());
    assertEquals(List.of(0L, 100L, 200L, 300L), times);
  }

  @Test
  void acquire_thatWouldTakeTooLong_isRefusedAtOnce() throws Exception {
    RateLimiter limiter = tenASecond(1);
    acquiring(limiter, 1);
    acquiring(limiter, 1);
    Coroutine<?> refused =
        scheduler.spawn(
            () -> {
              assertEquals(
                  "acquiring 1 of calls would take longer than PT0.199S",
                  assertThrows(TimeoutException.class, () -> limiter.acquire(millis(199)))
                      .getMessage());
              assertThrows(TimeoutException.class, () -> limiter.acquire(Duration.ZERO));
              assertEquals(0, clock.nanoTime());
              limiter.acquire(millis(200));
            });
    clock.advance(millis(200));
    refused.join(PATIENCE);
    assertEquals(List.of(0L, 100L), times);
  }

  @Test
  void tryAcquire_doesNotWait() {
    RateLimiter limiter = tenASecond(2);
    assertTrue(limiter.tryAcquire(2));
    assertFalse(limiter.tryAcquire());
    clock.advance(millis(99));
    assertFalse(limiter.tryAcquire());
    clock.advance(millis(1));
    assertTrue(limiter.tryAcquire());
    assertFalse(limiter.tryAcquire());
  }

  /** Ten permits come in each tick of the wheel. */
  @Test
  void rateAboveTheTick_isKept() {
    RateLimiter limiter = RateLimiter.builder(10_000, Duration.ofSeconds(1)).clock(clock).build();
    for (int number = 0; number < 1001; number++) {
      scheduler.spawn(
          () -> {
            limiter.acquire();
            times.add(clock.nanoTime() / 1_000_000);
          });
    }
    clock.advance(millis(100));
    assertEquals(1001, times.size());
    assertEquals(100, times.getLast());
    assertEquals(50, times.get(500));
  }

  @Test
  void whoIsLate_isNoBurdenToOthers() {
    RateLimiter limiter = tenASecond(1);
    for (int number = 0; number < 5; number++) {
      acquiring(limiter, 1);
    }
    clock.jump(millis(350));
    clock.advance(millis(1000));
    assertEquals(List.of(0L, 350L, 350L, 350L, 400L), times);
  }

  @Test
  void coroutineWhoseClockIsAhead_looksAgain() throws Exception {
    VirtualClock other = new VirtualClock();
    RateLimiter limiter = RateLimiter.builder(10, Duration.ofSeconds(1)).clock(other).build();
    acquiring(limiter, 1);
    Coroutine<?> waiter = acquiring(limiter, 1);
    clock.advance(millis(500));
    assertFalse(waiter.state().isEnd());
    other.advance(millis(100));
    clock.advance(millis(100));
    waiter.join(PATIENCE);
  }

  @Test
  void limiter_builtByACoroutine_goesByItsClock() {
    scheduler.spawn(
        () -> {
          RateLimiter limiter = RateLimiter.builder(1, Duration.ofHours(1)).build();
          limiter.acquire();
          limiter.acquire();
          times.add(clock.nanoTime() / 1_000_000);
        });
    clock.advance(Duration.ofHours(1));
    assertEquals(List.of(3_600_000L), times);
  }

  @Test
  void thread_waitsToo_andGivesUpIfItIsInterrupted() {
    RateLimiter limiter = RateLimiter.builder(100, Duration.ofSeconds(1)).build();
    long startNanos = System.nanoTime();
    for (int number = 0; number < 3; number++) {
      limiter.acquire();
    }
    assertTrue(System.nanoTime() - startNanos >= 20_000_000);
    RateLimiter slow = RateLimiter.builder(1, Duration.ofDays(1)).build();
    slow.acquire();
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, slow::acquire);
    assertTrue(Thread.interrupted());
    assertThrows(TimeoutException.class, () -> slow.acquire(Duration.ofHours(23)));
  }

  @Test
  void cancelledCoroutine_doesNotAcquire_thoughItNeedNotWait() {
    RateLimiter limiter = tenASecond(1);
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              limiter.acquire();
            });
    assertCancelled(coroutine::join);
    assertTrue(limiter.tryAcquire());
  }

  @Test
  void badNumbers_areRefused() {
    RateLimiter limiter = tenASecond(2);
    assertRefused("permits must be at least 1: 0", () -> limiter.acquire(0));
    assertRefused("permits must be at most 2, the burst of calls: 3", () -> limiter.tryAcquire(3));
    assertRefused(
        "permits must be at least 1: 0", () -> RateLimiter.builder(0, Duration.ofSeconds(1)));
    assertRefused(
        "period must be more than zero: PT0S", () -> RateLimiter.builder(1, Duration.ZERO));
    assertRefused(
        "burst must be at least 1: 0",
        () -> RateLimiter.builder(1, Duration.ofSeconds(1)).burst(0));
    assertRefused(
        "a burst must fill within 73 years: 1000000 at 1 in PT240H",
        () -> RateLimiter.builder(1, Duration.ofDays(10)).burst(1_000_000).build());
  }

  /** A waiter leaves only when it runs again, which does not happen here. */
  @Test
  void cancelledWaiter_holdsUpNobody_beforeItRunsAgain() {
    RateLimiter limiter = tenASecond(3);
    acquiring(limiter, 2);
    Coroutine<?> first = acquiring(limiter, 3);
    Coroutine<?> second = acquiring(limiter, 2);
    AtomicBoolean late = new AtomicBoolean();
    scheduler.spawn(
        () -> {
          assertFalse(limiter.tryAcquire());
          second.cancel();
          assertFalse(limiter.tryAcquire());
          assertFalse(limiter.tryAcquire(2, millis(299)));
          first.cancel();
          assertEquals(1, limiter.availablePermits());
          assertTrue(limiter.tryAcquire());
          assertFalse(limiter.tryAcquire());
          assertFalse(limiter.tryAcquire(2, millis(199)));
          assertTrue(limiter.tryAcquire(2, millis(200)));
          late.set(true);
        });
    clock.advance(millis(200));
    assertTrue(late.get());
    assertCancelled(first::join);
    assertCancelled(second::join);
    clock.advance(millis(300));
    assertEquals(3, limiter.availablePermits());
    assertEquals(List.of(0L), times);
  }

  @Test
  void cancelledWaiterInTheMiddle_doesNotMakeALimitTooShort() {
    RateLimiter limiter = tenASecond(2);
    acquiring(limiter, 2);
    acquiring(limiter, 1);
    Coroutine<?> middle = acquiring(limiter, 2);
    List<Boolean> acquired = new ArrayList<>();
    scheduler.spawn(
        () -> {
          acquired.add(limiter.tryAcquire(2, millis(300)));
          middle.cancel();
          acquired.add(limiter.tryAcquire(2, 300, TimeUnit.MILLISECONDS));
          times.add(clock.nanoTime() / 1_000_000);
        });
    clock.advance(millis(1000));
    assertEquals(List.of(false, true), acquired);
    assertEquals(List.of(0L, 100L, 300L), times);
  }

  @Test
  void timedTryAcquire_waitsIfThePermitsComeInTime() throws Exception {
    RateLimiter limiter = tenASecond(1);
    assertTrue(limiter.tryAcquire(Duration.ofSeconds(-1)));
    Coroutine<?> acquirer =
        scheduler.spawn(
            () -> {
              assertFalse(limiter.tryAcquire(99, TimeUnit.MILLISECONDS));
              assertFalse(limiter.tryAcquire(Duration.ZERO));
              assertTrue(limiter.tryAcquire(100, TimeUnit.MILLISECONDS));
              assertEquals(millis(100).toNanos(), clock.nanoTime());
            });
    clock.advance(millis(100));
    acquirer.join(PATIENCE);
  }

  private static void assertRefused(String message, Runnable use) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, use::run).getMessage());
  }
}
