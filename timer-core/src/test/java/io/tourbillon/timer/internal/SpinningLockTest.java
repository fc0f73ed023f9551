package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpinningLockTest {
  private static final int THREADS = 8;
  private static final int ROUNDS = 50_000;

  private final SpinningLock lock = new SpinningLock();

  /** Plain on purpose: only the lock orders the accesses. */
  private long count;

  private long twice;

  /** The broken twin: sees that it is free, and then takes it. */
  private static final class LookingFirst {
    private final AtomicBoolean taken = new AtomicBoolean();

    void lock() {
      while (taken.get()) {
        Thread.onSpinWait();
      }
      taken.set(true);
    }

    void release() {
      taken.set(false);
    }
  }

  private void countUnder(Runnable acquire, Runnable release, ThreadFactory factory)
      throws InterruptedException {
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Thread thread =
          factory.newThread(
              () -> {
                awaitStart(start);
                for (int round = 0; round < ROUNDS; round++) {
                  acquire.run();
                  count++;
                  twice += 2;
                  release.run();
                }
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      assertTrue(thread.join(Duration.ofSeconds(60)), "a thread waits for ever");
    }
  }

  private static void awaitStart(CountDownLatch start) {
    try {
      assertTrue(start.await(60, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lock_byManyThreads_isHeldByOneAtATime(boolean virtual) throws Exception {
    ThreadFactory factory =
        virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().daemon().factory();
    countUnder(lock::lock, lock::unlock, factory);
    assertEquals((long) THREADS * ROUNDS, count);
    assertEquals(2 * count, twice);
    assertFalse(lock.isLocked());
  }

  @Test
  void twin_thatLooksBeforeItTakes_isCaught() throws Exception {
    boolean caught = false;
    for (int attempt = 0; attempt < 50 && !caught; attempt++) {
      count = 0;
      LookingFirst broken = new LookingFirst();
      countUnder(broken::lock, broken::release, Thread.ofPlatform().daemon().factory());
      caught = count != (long) THREADS * ROUNDS;
    }
    assertTrue(caught, "the test does not see a lock that two threads hold");
  }

  @Test
  void tryLock_whileItIsHeld_fails() {
    assertTrue(lock.tryLock());
    assertFalse(lock.tryLock());
    assertTrue(lock.isLocked());
    lock.unlock();
    assertTrue(lock.tryLock());
  }

  @Test
  void lock_byAnInterruptedThread_waitsAndLeavesItInterrupted() throws Exception {
    lock.lock();
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread waiter =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  lock.lock();
                  interrupted.set(Thread.currentThread().isInterrupted());
                  lock.unlock();
                  ended.countDown();
                });
    while (waiter.getState() != Thread.State.TIMED_WAITING) {
      assertFalse(ended.await(1, TimeUnit.MILLISECONDS), "it did not wait for the lock");
    }
    lock.unlock();
    assertTrue(ended.await(60, TimeUnit.SECONDS));
    assertTrue(interrupted.get());
  }
}
