package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine;
import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.TestSchedulers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Coroutines of two loops and threads, some of which give up all the time. */
@Timeout(120)
class SyncRaceTest {
  private final CoroutineScheduler scheduler =
      TestSchedulers.builder().loops(2).tick(Duration.ofNanos(100_000)).build();

  /** Ends the thread of a test, also if the test has failed. */
  private final AtomicBoolean over = new AtomicBoolean();

  @AfterEach
  void close() {
    over.set(true);
    scheduler.close(Duration.ZERO);
  }

  private static Duration shortly() {
    return Duration.ofNanos(ThreadLocalRandom.current().nextInt(300_000));
  }

  private static void joinAll(List<? extends Coroutine<?>> coroutines) throws Exception {
    for (Coroutine<?> coroutine : coroutines) {
      boolean _ = OnTwoLoops.endsByItself(coroutine);
    }
  }

  /** If a signal were lost, an item would stay, and nothing would continue. */
  @Test
  void condition_losesNoSignal_toThoseWhoGiveUp() throws Exception {
    Mutex mutex = new Mutex();
    MutexCondition changed = mutex.newCondition();
    MutexCondition empty = mutex.newCondition();
    ArrayDeque<Integer> items = new ArrayDeque<>();
    Queue<Integer> taken = new ConcurrentLinkedQueue<>();
    List<Coroutine<?>> patient = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      patient.add(
          scheduler.spawn(
              () -> {
                while (!over.get()) {
                  takeOne(mutex, changed, empty, items, taken, PATIENCE);
                }
              }));
    }
    List<Coroutine<?>> hasty = new ArrayList<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    takeOne(mutex, changed, empty, items, taken, shortly());
                  }
                });
    int count = 1500;
    for (int item = 0; item < count; item++) {
      Coroutine<?> taker =
          scheduler.spawn(() -> takeOne(mutex, changed, empty, items, taken, shortly()));
      hasty.add(taker);
      mutex.lock();
      try {
        while (!items.isEmpty()) {
          empty.await(PATIENCE);
        }
        items.add(item);
        changed.signal();
      } finally {
        mutex.unlock();
      }
      taker.cancel();
    }
    mutex.lock();
    while (!items.isEmpty()) {
      empty.await(PATIENCE);
    }
    over.set(true);
    changed.signalAll();
    mutex.unlock();
    joinAll(patient);
    joinAll(hasty);
    thread.join();
    assertEquals(count, taken.size());
    assertEquals(count, taken.stream().distinct().count());
  }

  private void takeOne(
      Mutex mutex,
      MutexCondition changed,
      MutexCondition empty,
      Queue<Integer> items,
      Queue<Integer> taken,
      Duration limit) {
    mutex.lock();
    try {
      while (items.isEmpty() && !over.get()) {
        changed.await(limit);
      }
      if (!items.isEmpty()) {
        taken.add(items.remove());
        empty.signal();
      }
    } catch (TimeoutException late) {
      assertTrue(mutex.isHeldByCaller());
    } finally {
      mutex.unlock();
    }
  }

  @Test
  void barrier_keepsAllInStep() throws Exception {
    int parties = 5;
    int rounds = 500;
    AtomicInteger come = new AtomicInteger();
    Barrier barrier = new Barrier(parties);
    Queue<String> complaints = new ConcurrentLinkedQueue<>();
    Runnable party =
        () -> {
          for (int round = 1; round <= rounds; round++) {
            come.incrementAndGet();
            barrier.await();
            int seen = come.get();
            if (seen < round * parties || seen >= (round + 1) * parties) {
              complaints.add("in round " + round + " have come " + seen);
            }
            barrier.await();
          }
        };
    List<Coroutine<?>> coroutines = new ArrayList<>();
    for (int number = 1; number < parties; number++) {
      coroutines.add(scheduler.spawn(party::run));
    }
    party.run();
    joinAll(coroutines);
    assertEquals(List.of(), List.copyOf(complaints));
  }

  /** Waiters that give up take no permits, and return none twice. */
  @Test
  void limiter_keepsItsRate_whoeverGivesUp() throws Exception {
    int rate = 5_000;
    int burst = 4;
    RateLimiter limiter = RateLimiter.builder(rate, Duration.ofSeconds(1)).burst(burst).build();
    AtomicInteger acquired = new AtomicInteger();
    long startNanos = System.nanoTime();
    List<Coroutine<?>> coroutines = new ArrayList<>();
    for (int number = 0; number < 8; number++) {
      coroutines.add(
          scheduler.spawn(
              () -> {
                while (!over.get()) {
                  int permits = 1 + ThreadLocalRandom.current().nextInt(burst);
                  limiter.acquire(permits);
                  acquired.addAndGet(permits);
                }
              }));
    }
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    limiter.acquire();
                    acquired.incrementAndGet();
                  }
                });
    while (System.nanoTime() - startNanos < 1_000_000_000) {
      Coroutine<?> hasty =
          scheduler.spawn(
              () -> {
                limiter.acquire(burst);
                acquired.addAndGet(burst);
              });
      for (int spin = ThreadLocalRandom.current().nextInt(20_000); spin > 0; spin--) {
        Thread.onSpinWait();
      }
      hasty.cancel();
      coroutines.add(hasty);
    }
    over.set(true);
    joinAll(coroutines);
    thread.join();
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    assertTrue(acquired.get() <= seconds * rate + burst, () -> acquired + " in " + seconds + " s");
    assertTrue(acquired.get() > 10 * burst, () -> acquired + " in " + seconds + " s");
    long fullNanos = System.nanoTime() + PATIENCE.toNanos();
    while (limiter.availablePermits() < burst && System.nanoTime() < fullNanos) {
      Thread.onSpinWait();
    }
    assertEquals(burst, limiter.availablePermits());
  }
}
