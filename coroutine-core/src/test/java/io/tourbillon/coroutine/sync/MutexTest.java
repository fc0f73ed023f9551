package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.Cancelled.assertCancelled;
import static io.tourbillon.coroutine.Holding.holdUntil;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static io.tourbillon.coroutine.TestSchedulers.awaitSuspended;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Action;
import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.LoopStats;
import io.tourbillon.coroutine.SpawnOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MutexTest extends OnTwoLoops {
  private final Mutex mutex = new Mutex("accounts");

  @Test
  void lock_isForOneAtATime() throws Exception {
    mutex.lock();
    assertTrue(mutex.isLocked() && mutex.isHeldByCaller());
    Coroutine<?> second =
        suspended(
            () -> {
              mutex.lock();
              mutex.unlock();
            });
    mutex.unlock();
    second.join(PATIENCE);
    assertFalse(mutex.isLocked() || mutex.isHeldByCaller());
  }

  /** No monitor and no lock of the JDK allows this on every engine. */
  @Test
  void holder_maySuspend_othersOfItsLoopWait() throws Exception {
    List<String> log = Collections.synchronizedList(new ArrayList<>());
    List<Coroutine<?>> all = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d")) {
      all.add(
          scheduler.spawn(
              () ->
                  mutex.withLock(
                      () -> {
                        log.add(name);
                        Coroutines.delay(Duration.ofMillis(2));
                        Coroutines.yieldNow();
                        return log.add(name);
                      })));
    }
    for (Coroutine<?> each : all) {
      each.join(PATIENCE);
    }
    for (int index = 0; index < 8; index += 2) {
      assertEquals(log.get(index), log.get(index + 1), () -> "somebody got in between: " + log);
    }
  }

  @Test
  void waiters_areServedInTheOrderInWhichTheyCame_andNobodyBargesIn() throws Exception {
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Coroutine<?>> waiters = new ArrayList<>();
    mutex.lock();
    for (int number = 0; number < 5; number++) {
      int mine = number;
      waiters.add(suspended(() -> mutex.withLock(() -> order.add(mine) && !mutex.tryLock())));
    }
    mutex.unlock();
    mutex.withLock(() -> order.add(5));
    for (Coroutine<?> waiter : waiters) {
      waiter.join(PATIENCE);
    }
    assertEquals(List.of(0, 1, 2, 3, 4, 5), order);
  }

  /** One turn for each time that a coroutine gets the mutex, so nobody is woken in vain. */
  @Test
  @Tag("not-plain-thread") // No turns.
  void handOver_betweenLoops_wakesTheNextHolderOnce() throws Exception {
    long rounds = 300;
    List<Coroutine<?>> both = new CopyOnWriteArrayList<>();
    mutex.lock();
    for (int loop = 0; loop < 2; loop++) {
      int other = 1 - loop;
      Action inTurn =
          () -> {
            for (long round = 0; round < rounds; round++) {
              mutex.lock();
              Coroutine<?> next = both.get(other);
              assertTrue(holdUntil(() -> next.waitsFor().isPresent() || next.state().isEnd()));
              mutex.unlock();
            }
          };
      Coroutine<?> each = scheduler.spawn(SpawnOptions.DEFAULT.onLoop(loop), inTurn);
      awaitSuspended(each);
      both.add(each);
    }
    long before = switches();
    mutex.unlock();
    for (Coroutine<?> each : both) {
      each.join(PATIENCE);
    }
    // A loop counts a turn some time after it. The last holder need not wait.
    long turns = switches() - before;
    assertTrue(Math.abs(turns - 2 * rounds) <= 3, () -> turns + " turns");
  }

  private long switches() {
    return scheduler.stats().loops().stream().mapToLong(LoopStats::switches).sum();
  }

  @Test
  void tryLock_doesNotWait_norReenter() throws Exception {
    assertTrue(mutex.tryLock());
    assertFalse(mutex.tryLock());
    assertFalse(scheduler.spawn(() -> mutex.tryLock()).join(PATIENCE));
    mutex.unlock();
    assertTrue(scheduler.spawn(() -> mutex.tryLock()).join(PATIENCE));
  }

  @Test
  void lock_byItsHolder_isRefused() {
    Coroutine<?> clerk =
        scheduler.spawn(
            SpawnOptions.named("clerk"),
            () -> {
              mutex.lock();
              mutex.lock();
            });
    assertEquals(
        "a mutex must not be locked by its holder, which would wait for itself:"
            + " accounts, held by clerk",
        assertThrows(CompletionException.class, clerk::join).getCause().getMessage());
    assertEquals("accounts, held by clerk, which has ended", mutex.toString());
  }

  @Test
  void unlock_bySomeoneElse_isRefusedAndNamesBoth() throws Exception {
    Coroutine<?> clerk =
        awaitSuspension(
            scheduler.spawn(
                SpawnOptions.named("clerk"),
                () -> mutex.withLock(() -> Coroutines.delay(PATIENCE))));
    Coroutine<?> thief = scheduler.spawn(SpawnOptions.named("thief"), () -> mutex.unlock());
    assertEquals(
        "a mutex must be unlocked by its holder: accounts, held by clerk, not by thief",
        assertThrows(CompletionException.class, thief::join).getCause().getMessage());
    clerk.cancel();
    assertCancelled(clerk::join);
    assertEquals(
        "a mutex must be unlocked by its holder: accounts, held by nobody, not by "
            + Thread.currentThread().getName(),
        assertThrows(IllegalStateException.class, mutex::unlock).getMessage());
  }

  @Test
  void waiter_saysWhatItWaitsForAndWhoHasIt() {
    mutex.lock();
    Coroutine<?> waiter = suspended(mutex::lock);
    assertEquals(
        "locking accounts, held by " + Thread.currentThread().getName(),
        waiter.waitsFor().orElseThrow());
  }

  @Test
  void limits_areHeededByThreadsAndCoroutines() throws Exception {
    mutex.lock(Duration.ZERO);
    Coroutine<?> late =
        scheduler.spawn(
            () -> {
              assertThrows(TimeoutException.class, () -> mutex.lock(Duration.ofMillis(5)));
              assertThrows(TimeoutException.class, () -> mutex.lock(Duration.ZERO));
            });
    late.join(PATIENCE);
    mutex.unlock();
    Coroutine<?> holder =
        awaitSuspension(scheduler.spawn(() -> mutex.withLock(() -> Coroutines.delay(PATIENCE))));
    assertThrows(TimeoutException.class, () -> mutex.lock(Duration.ofMillis(5)));
    assertThrows(TimeoutException.class, () -> mutex.lock(Duration.ZERO));
    holder.cancel();
    mutex.lock(PATIENCE);
  }

  @Test
  void cancelledWaiter_leavesTheRow() throws Exception {
    mutex.lock();
    Coroutine<?> first = suspended(mutex::lock);
    Coroutine<?> second = suspended(mutex::lock);
    first.cancel();
    assertCancelled(first::join);
    mutex.unlock();
    second.join(PATIENCE);
    assertFalse(mutex.isHeldByCaller());
  }

  @Test
  void cancelledCoroutine_doesNotLock_thoughItNeedNotWait() {
    Coroutine<?> coroutine =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              mutex.lock();
            });
    assertCancelled(coroutine::join);
    assertFalse(mutex.isLocked());
  }

  @Test
  void thread_thatIsInterrupted_givesUpAndStaysInterrupted() {
    Coroutine<?> holder =
        awaitSuspension(scheduler.spawn(() -> mutex.withLock(() -> Coroutines.delay(PATIENCE))));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, mutex::lock);
    assertTrue(Thread.interrupted());
    holder.cancel();
  }

  @Test
  void withLock_unlocksHoweverThePartEnds() throws Exception {
    assertThrows(
        IOException.class,
        () ->
            mutex.withLock(
                () -> {
                  throw new IOException("broken");
                }));
    assertFalse(mutex.isLocked());
    assertEquals("value", mutex.withLock(() -> "value"));
    assertFalse(mutex.isLocked());
  }

  @Test
  void timedTryLock_waitsInItsTurn() throws Exception {
    mutex.lock();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Coroutine<Boolean>> waiters = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      int mine = number;
      waiters.add(
          suspendedFor(
              () -> {
                boolean locked =
                    mine == 1 ? mutex.tryLock(30, TimeUnit.SECONDS) : mutex.tryLock(PATIENCE);
                order.add(mine);
                mutex.unlock();
                return locked;
              }));
    }
    mutex.unlock();
    for (Coroutine<Boolean> waiter : waiters) {
      assertTrue(waiter.join(PATIENCE));
    }
    assertEquals(List.of(0, 1, 2), order);
    assertFalse(mutex.isLocked());
  }

  @Test
  void timedTryLock_thatIsTooLate_saysSo_andLeavesTheQueue() throws Exception {
    Coroutine<?> holder =
        awaitSuspension(
            scheduler.spawn(() -> mutex.withLock(() -> Coroutines.delay(Duration.ofHours(1)))));
    assertFalse(mutex.tryLock(Duration.ofMillis(5)));
    assertFalse(mutex.tryLock(1, TimeUnit.MILLISECONDS));
    assertFalse(mutex.tryLock(Duration.ZERO));
    assertFalse(mutex.tryLock(Duration.ofSeconds(-1)));
    assertFalse(mutex.tryLock(Long.MIN_VALUE, TimeUnit.DAYS));
    assertFalse(
        scheduler
            .spawn(
                () ->
                    mutex.tryLock(Duration.ofMillis(5))
                        || mutex.tryLock(Duration.ZERO)
                        || mutex.tryLock(-1, TimeUnit.SECONDS))
            .join(PATIENCE));
    holder.cancel();
    assertCancelled(holder::join);
    assertTrue(mutex.tryLock(Duration.ZERO));
  }

  @Test
  void timedTryLock_byItsHolder_isRefused() {
    mutex.lock();
    assertThrows(IllegalStateException.class, () -> mutex.tryLock(PATIENCE));
    assertThrows(IllegalStateException.class, () -> mutex.tryLock(Duration.ZERO));
  }

  @Test
  void timedTryLock_ofACancelledCoroutine_throwsItsCancellation() throws Exception {
    Coroutine<?> before =
        scheduler.spawn(
            () -> {
              Coroutines.current().cancel();
              return mutex.tryLock(Duration.ZERO);
            });
    assertCancelled(before::join);
    assertFalse(mutex.isLocked());
    mutex.lock();
    Coroutine<?> meanwhile = suspended(() -> mutex.tryLock(PATIENCE));
    meanwhile.cancel();
    assertCancelled(meanwhile::join);
    mutex.unlock();
    assertFalse(mutex.isLocked());
  }

  @Test
  void timedTryLock_ofAnInterruptedThread_givesUpAndStaysInterrupted() {
    Coroutine<?> holder =
        awaitSuspension(scheduler.spawn(() -> mutex.withLock(() -> Coroutines.delay(PATIENCE))));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> mutex.tryLock(PATIENCE));
    assertTrue(Thread.interrupted());
    holder.cancel();
  }
}
