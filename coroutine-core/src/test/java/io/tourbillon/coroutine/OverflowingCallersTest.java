package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.CoroutineScope.Policy;
import io.tourbillon.coroutine.channel.Channel;
import io.tourbillon.coroutine.sync.Event;
import io.tourbillon.coroutine.sync.Mutex;
import io.tourbillon.coroutine.sync.Semaphore;
import io.tourbillon.coroutine.sync.WaitGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An operation that overflows the caller's stack has had no effect, and can be repeated. */
@Tag("long") // Dives thousands of times.
@Tag("virtual-thread") // The callers are threads, so the tests are the same on each engine.
class OverflowingCallersTest {
  private static final int ROUNDS = 20;

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(1).build();

  @AfterEach
  void close() {
    scheduler.close(Duration.ZERO);
  }

  private Coroutine<Integer> waiting(Callable<Integer> body) {
    Coroutine<Integer> coroutine = scheduler.spawn(body);
    TestSchedulers.awaitSuspended(coroutine);
    return coroutine;
  }

  @Test
  void send_deepDown_isReceivedOnce() throws Exception {
    Channel<Integer> channel = Channel.rendezvous();
    for (int round = 0; round < ROUNDS; round++) {
      int value = round;
      Coroutine<Integer> receiver = waiting(channel::receive);
      Diver.doDeepDown(() -> assertTrue(channel.trySend(value)));
      assertEquals(value, receiver.join(PATIENCE));
      assertTrue(channel.tryReceive().isEmpty());
    }
  }

  @Test
  void join_ofOneThatHasEnded_deepDown_lastsNoLongerLater() throws Exception {
    List<Coroutine<Integer>> ended = new ArrayList<>();
    for (int number = 0; number < 200; number++) {
      Coroutine<Integer> each = scheduler.spawn(() -> 1);
      while (!each.state().isEnd()) {
        Thread.onSpinWait();
      }
      ended.add(each);
    }
    Iterator<Coroutine<Integer>> next = ended.iterator();
    Diver.doDeepDown(
        () -> {
          // A new coroutine at each depth, because the first attempt may leave something behind.
          if (next.hasNext()) {
            assertEquals(1, next.next().join());
          }
        });
    for (Coroutine<Integer> each : ended) {
      assertEquals(1, CompletableFuture.supplyAsync(each::join).get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  void awaitAny_deepDown_dropsNobodyElse() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Event event = new Event();
      Coroutine<?> awaited = scheduler.spawn(() -> event.await());
      CompletableFuture<?> other = awaited.toFuture();
      Diver.doDeepDown(
          () -> {
            Thread.currentThread().interrupt();
            try {
              Coroutine<?> _ = Coroutine.awaitAny(List.of(awaited, awaited));
              throw new AssertionError("it has not ended");
            } catch (CancellationException interrupted) {
              // Expected. A StackOverflowError goes to the diver.
            }
          });
      event.set();
      other.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void release_deepDown_letsOneIn() throws Exception {
    Semaphore permits = new Semaphore(1);
    for (int round = 0; round < ROUNDS; round++) {
      permits.acquire();
      Coroutine<Integer> waiter =
          waiting(
              () -> {
                permits.acquire();
                permits.release();
                return 1;
              });
      Diver.doDeepDown(permits::release);
      assertEquals(1, waiter.join(PATIENCE));
      assertEquals(1, permits.availablePermits());
    }
  }

  @Test
  void set_deepDown_wakesWhoWaits() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      Event event = new Event();
      WaitGroup group = new WaitGroup();
      group.add();
      Coroutine<Integer> waiter =
          waiting(
              () -> {
                event.await();
                group.await();
                return 1;
              });
      Diver.doDeepDown(event::set);
      Diver.doDeepDown(group::done);
      assertEquals(1, waiter.join(PATIENCE));
    }
  }

  @Test
  void lockAndUnlock_deepDown_leaveTheMutexFree() throws Exception {
    Mutex mutex = new Mutex();
    for (int round = 0; round < ROUNDS; round++) {
      Diver.doDeepDown(
          () -> {
            if (!mutex.isHeldByCaller()) {
              mutex.lock();
            }
            mutex.unlock();
          });
      assertTrue(mutex.tryLock());
      mutex.unlock();
    }
  }

  @Test
  void cancelOfAScope_deepDown_cancelsTheChildren() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      try (CoroutineScope scope = CoroutineScope.open(scheduler, Policy.FAIL_FAST)) {
        Coroutine<?> child = scope.spawn(() -> Coroutines.delay(PATIENCE.multipliedBy(100)));
        Diver.doDeepDown(() -> scope.cancel("deep down"));
        assertThrows(CompletionException.class, () -> child.join(PATIENCE));
      }
    }
  }
}
