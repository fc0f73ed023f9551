package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutine.State;
import io.tourbillon.coroutine.Coroutines;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class SemaphoreTest extends OnTwoLoops {
  private final Semaphore permits = new Semaphore("lines", 3, 3);

  private static void assertRefused(String message, Class<? extends Exception> how, Runnable use) {
    assertEquals(message, assertThrows(how, use::run).getMessage());
  }

  @Test
  void acquire_waitsUntilThereAreSoMany() throws Exception {
    permits.acquire(2);
    Coroutine<?> waiter = suspended(() -> permits.acquire(2));
    assertEquals("acquiring 2 of lines", waiter.waitsFor().orElseThrow());
    permits.release();
    waiter.join(PATIENCE);
    assertEquals("lines, 0 of 3 available", permits.toString());
  }

  @Test
  void requestForMany_isNotStarvedByThoseForFew() throws Exception {
    permits.acquire(2);
    Coroutine<?> many = suspended(() -> permits.acquire(3));
    Coroutine<?> few = suspended(() -> permits.acquire(1));
    assertFalse(permits.tryAcquire());
    permits.release(1);
    assertEquals(State.SUSPENDED, many.state());
    assertEquals(State.SUSPENDED, few.state());
    permits.release(1);
    many.join(PATIENCE);
    assertEquals(0, permits.availablePermits());
    assertEquals(State.SUSPENDED, few.state());
    permits.release(3);
    few.join(PATIENCE);
    assertEquals(2, permits.availablePermits());
  }

  @Test
  void firstOfTheRow_givesUp_thoseBehindAreServed() throws Exception {
    permits.acquire(2);
    Coroutine<?> many = suspended(() -> permits.acquire(3));
    Coroutine<?> few = suspended(() -> permits.acquire(1));
    many.cancel();
    few.join(PATIENCE);
    assertCancelled(many::join);
    assertEquals(0, permits.availablePermits());
  }

  @Test
  void release_servesAsManyAsItCan() throws Exception {
    permits.acquire(3);
    Coroutine<?> first = suspended(() -> permits.acquire(1));
    Coroutine<?> second = suspended(() -> permits.acquire(2));
    permits.release(3);
    first.join(PATIENCE);
    second.join(PATIENCE);
    assertEquals(0, permits.availablePermits());
  }

  @Test
  void release_byAnother_isAllowed_beyondAll_isNot() throws Exception {
    permits.acquire(1);
    scheduler.spawn(() -> permits.release()).join(PATIENCE);
    assertRefused(
        "permits must not be released more often than acquired: 1 to lines, 3 of 3 available",
        IllegalStateException.class,
        permits::release);
    assertEquals(3, permits.availablePermits());
    Semaphore all = new Semaphore(Integer.MAX_VALUE);
    assertThrows(IllegalStateException.class, () -> all.release(Integer.MAX_VALUE));
  }

  @Test
  void noneAtFirst_isASignal() throws Exception {
    Semaphore signal = new Semaphore(0, 1);
    Coroutine<?> waiter = suspended(signal::acquire);
    signal.release();
    waiter.join(PATIENCE);
  }

  @Test
  void badNumbers_areRefused() {
    Class<IllegalArgumentException> bad = IllegalArgumentException.class;
    assertRefused("permits must be at least 1: 0", bad, () -> new Semaphore(0));
    assertRefused("available permits must be from 0 to 2: 3", bad, () -> new Semaphore(3, 2));
    assertRefused("available permits must be from 0 to 2: -1", bad, () -> new Semaphore(-1, 2));
    assertRefused("permits must be at least 1: 0", bad, () -> permits.acquire(0));
    assertRefused("permits must be at least 1: -1", bad, () -> permits.tryAcquire(-1));
    assertRefused("permits must be at least 1: 0", bad, () -> permits.release(0));
    assertRefused(
        "permits must be at most 3, as there are no more of lines: 4",
        bad,
        () -> permits.acquire(4));
  }

  @Test
  void limits_areHeededByThreadsAndCoroutines() throws Exception {
    permits.acquire(2, Duration.ZERO);
    assertThrows(TimeoutException.class, () -> permits.acquire(2, Duration.ofMillis(5)));
    assertThrows(TimeoutException.class, () -> permits.acquire(2, Duration.ZERO));
    scheduler
        .spawn(
            () -> {
              assertThrows(TimeoutException.class, () -> permits.acquire(2, Duration.ofMillis(5)));
              assertThrows(TimeoutException.class, () -> permits.acquire(2, Duration.ZERO));
            })
        .join(PATIENCE);
    permits.acquire(Duration.ZERO);
    assertEquals(0, permits.availablePermits());
  }

  @Test
  void thread_thatIsInterrupted_givesUpAndStaysInterrupted() {
    permits.acquire(3);
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, permits::acquire);
    assertTrue(Thread.interrupted());
    permits.release(3);
    assertEquals(3, permits.availablePermits());
  }

  @Test
  void cancelledCoroutine_doesNotAcquire_thoughItNeedNotWait() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              permits.acquire();
            });
    assertCancelled(coroutine::join);
    assertEquals(3, permits.availablePermits());
  }

  @Test
  void withPermits_releasesHoweverThePartEnds() throws Exception {
    assertEquals(2, permits.withPermit(permits::availablePermits));
    assertThrows(
        IOException.class,
        () ->
            permits.withPermits(
                2,
                () -> {
                  throw new IOException("broken");
                }));
    assertEquals(3, permits.availablePermits());
  }

  @Test
  void acquire_afterACancelOfTheFirstInTheRowHasReturned_needsNoWait() throws Exception {
    for (int round = 0; round < 500; round++) {
      permits.acquire();
      Coroutine<?> many = suspended(() -> permits.acquire(3));
      many.cancel();
      assertTrue(permits.tryAcquire());
      permits.acquire(1, Duration.ZERO);
      assertCancelled(many::join);
      permits.release(3);
    }
  }

  @Test
  void timedTryAcquire_waitsInItsTurn() throws Exception {
    permits.acquire(3);
    Coroutine<Boolean> many = suspendedFor(() -> permits.tryAcquire(3, PATIENCE));
    Coroutine<Boolean> few = suspendedFor(() -> permits.tryAcquire(30, TimeUnit.SECONDS));
    permits.release(2);
    assertEquals(State.SUSPENDED, few.state());
    permits.release(1);
    assertTrue(many.join(PATIENCE));
    assertEquals(State.SUSPENDED, few.state());
    permits.release(3);
    assertTrue(few.join(PATIENCE));
    assertEquals(2, permits.availablePermits());
  }

  @Test
  void timedTryAcquire_thatIsTooLate_saysSo_andHoldsUpNobody() throws Exception {
    permits.acquire(2);
    assertFalse(permits.tryAcquire(2, Duration.ofMillis(5)));
    assertFalse(permits.tryAcquire(2, 1, TimeUnit.MILLISECONDS));
    assertFalse(permits.tryAcquire(2, Duration.ZERO));
    assertFalse(permits.tryAcquire(2, Duration.ofSeconds(-1)));
    assertFalse(permits.tryAcquire(2, Long.MIN_VALUE, TimeUnit.DAYS));
    assertFalse(
        scheduler
            .spawn(
                () ->
                    permits.tryAcquire(2, Duration.ofMillis(5))
                        || permits.tryAcquire(2, Duration.ZERO)
                        || permits.tryAcquire(2, -1, TimeUnit.SECONDS))
            .join(PATIENCE));
    assertTrue(permits.tryAcquire(Duration.ZERO));
    permits.release(3);
    assertTrue(permits.tryAcquire(3, Long.MAX_VALUE, TimeUnit.DAYS));
    assertFalse(permits.tryAcquire(Duration.ofMillis(1)));
    assertFalse(permits.tryAcquire(1, TimeUnit.MILLISECONDS));
  }

  @Test
  void timedTryAcquire_ofACancelledCoroutine_throwsItsCancellation() throws Exception {
    Coroutine<?> before =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              return permits.tryAcquire(Duration.ZERO);
            });
    assertCancelled(before::join);
    permits.acquire(2);
    Coroutine<?> meanwhile = suspended(() -> permits.tryAcquire(2, PATIENCE));
    meanwhile.cancel();
    assertTrue(permits.tryAcquire());
    assertCancelled(meanwhile::join);
    permits.release(3);
    assertEquals(3, permits.availablePermits());
  }

  @Test
  void timedTryAcquire_ofAnInterruptedThread_givesUpAndStaysInterrupted() {
    permits.acquire(3);
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> permits.tryAcquire(PATIENCE));
    assertTrue(Thread.interrupted());
    permits.release(3);
    assertEquals(3, permits.availablePermits());
  }
}
