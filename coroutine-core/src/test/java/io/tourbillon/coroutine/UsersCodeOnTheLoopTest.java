package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** User code that runs on a loop outside of coroutines. */
class UsersCodeOnTheLoopTest {
  private final CoroutineScheduler scheduler = TestSchedulers.oneLoop();
  private final ReentrantLock lock = new ReentrantLock();
  private final CountDownLatch held = new CountDownLatch(1);

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  /** Holds the lock for a while, and needs the loop to release it. */
  private Coroutine<?> holder() {
    return scheduler.spawn(
        () -> {
          lock.lock();
          try {
            held.countDown();
            Coroutines.delay(Duration.ofMillis(50));
          } finally {
            lock.unlock();
          }
        });
  }

  private void takeLock() {
    lock.lock();
    try {
      assertTrue(lock.isHeldByCurrentThread());
    } finally {
      lock.unlock();
    }
  }

  @Test
  @Tag("virtual-thread")
  void onLost_thatWaitsForALockOfACoroutine_getsIt() throws Exception {
    CompletableFuture<String> late = new CompletableFuture<>();
    CountDownLatch given = new CountDownLatch(1);
    Coroutine<?> acquiring =
        scheduler.spawn(
            () ->
                Coroutines.acquireWithin(
                    Duration.ofMillis(5),
                    () -> Coroutines.await(late),
                    lost -> {
                      takeLock();
                      given.countDown();
                    }));
    assertThrows(CompletionException.class, () -> acquiring.join(PATIENCE));
    Coroutine<?> holder = holder();
    held.await();
    late.complete("connection");
    assertTrue(given.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    holder.join(PATIENCE);
  }

  @Test
  @Tag("virtual-thread")
  void toFuture_aDependentThatWaitsForALockOfACoroutine_getsIt() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    Coroutine<String> coroutine = scheduler.spawn(() -> Coroutines.await(end));
    CompletableFuture<Void> after = coroutine.toFuture().thenAccept(_ -> takeLock());
    Coroutine<?> holder = holder();
    held.await();
    end.complete("done");
    after.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    holder.join(PATIENCE);
  }

  /** Scopes, generators and producers see the end of a coroutine in the same way. */
  @Test
  @Tag("virtual-thread")
  void whenEnded_thatWaitsForALockOfACoroutine_getsIt() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    CountDownLatch seen = new CountDownLatch(1);
    Coroutine<String> coroutine = scheduler.spawn(() -> Coroutines.await(end));
    Suspension.whenEnded(
        coroutine,
        () -> {
          takeLock();
          seen.countDown();
        });
    Coroutine<?> holder = holder();
    held.await();
    end.complete("done");
    assertTrue(seen.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    holder.join(PATIENCE);
  }

  /** A failure that needs the lock for its message. */
  private RuntimeException slowlySpoken() {
    return new RuntimeException() {
      private static final long serialVersionUID = 1;

      @Override
      public String getMessage() {
        takeLock();
        return "spoken";
      }
    };
  }

  /** The message is part of the reason for cancelling the other coroutine. */
  @Test
  void failure_whoseWordsWaitForALockOfACoroutine_endsItsScope() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    try (CoroutineScope scope = CoroutineScope.open(scheduler, CoroutineScope.Policy.FAIL_FAST)) {
      Coroutine<?> other = scope.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
      CompletableFuture<?> otherEnd = other.toFuture();
      scope.spawn(
          () -> {
            Coroutines.await(end);
            throw slowlySpoken();
          });
      Coroutine<?> holder = holder();
      held.await();
      end.complete("go on");
      assertCancelled(() -> other.join(PATIENCE));
      holder.join(PATIENCE);
      assertThrows(
          CancellationException.class, () -> otherEnd.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }
  }

  @Test
  void failure_whoseWordsWaitForALockOfACoroutine_isJoined() throws Exception {
    CompletableFuture<String> end = new CompletableFuture<>();
    Coroutine<String> failing =
        scheduler.spawn(
            () -> {
              Coroutines.await(end);
              throw slowlySpoken();
            });
    CountDownLatch joining = new CountDownLatch(1);
    Coroutine<String> joiner =
        scheduler.spawn(
            () -> {
              joining.countDown();
              return failing.join();
            });
    joining.await();
    Coroutine<?> holder = holder();
    held.await();
    end.complete("go on");
    assertThrows(CompletionException.class, () -> joiner.join(PATIENCE));
    holder.join(PATIENCE);
  }

  @Test
  void isOrderly_thatWaitsForALockOfACoroutine_holdsUpNone() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    class Asking extends RuntimeException implements OrderlyEnd {
      private static final long serialVersionUID = 1;

      @Override
      public boolean isOrderly() {
        takeLock();
        asked.countDown();
        return true;
      }
    }

    lock.lock();
    try {
      scheduler.spawn(
          () -> {
            throw new Asking();
          });
      // The message is requested after a second, and the request waits for this thread.
      scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(1500))).join(PATIENCE);
      assertEquals(1, asked.getCount());
    } finally {
      lock.unlock();
    }
    assertTrue(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  /** On the other engine the task runs in a virtual thread, which may wait. */
  @Test
  @Tag("continuation")
  void join_byATaskOfATimer_isRefusedWhereItWouldStopTheLoop() throws Exception {
    Coroutine<?> coroutine = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    CompletableFuture<String> refusal = new CompletableFuture<>();
    scheduler
        .timers()
        .schedule(
            Duration.ofMillis(1),
            () -> {
              try {
                coroutine.join();
              } catch (IllegalStateException e) {
                refusal.complete(e.getMessage());
              }
            });
    assertEquals(
        "code on the thread of a loop must not wait, as no coroutine could run there: join of"
            + " coroutine-1 on coroutine-loop-0",
        refusal.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  @Test
  void join_withANegativeLimit_isOverAtOnce() throws Exception {
    Coroutine<?> coroutine = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
    assertThrows(TimeoutException.class, () -> coroutine.join(Duration.ofSeconds(Long.MIN_VALUE)));
    assertThrows(TimeoutException.class, () -> coroutine.join(Duration.ZERO));
  }
}
