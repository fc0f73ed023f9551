package io.tourbillon.coroutine.sync;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tourbillon.coroutine.Coroutine;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

/**
 * Describing what a coroutine waits for takes no lock. For a dump, the loop's own thread asks for
 * the description, and would queue for the lock behind coroutines that cannot continue without the
 * loop.
 */
class DescriptionTest extends OnTwoLoops {
  private static String described(Coroutine<?> waiting, ReentrantLock lock) throws Exception {
    lock.lock();
    try {
      return CompletableFuture.supplyAsync(() -> waiting.waitsFor().orElseThrow())
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } finally {
      lock.unlock();
    }
  }

  @Test
  void barrier_describesItselfWithoutItsLock() throws Exception {
    Barrier barrier = new Barrier("gate", 2, null);
    Coroutine<?> waiting = suspended(barrier::await);
    assertEquals("gate, 1 of 2 there", described(waiting, barrier.lock));
  }

  @Test
  void waitGroup_describesItselfWithoutItsLock() throws Exception {
    WaitGroup group = new WaitGroup("pages");
    group.add(3);
    Coroutine<?> waiting = suspended(group::await);
    assertEquals("pages of 3", described(waiting, group.lock));
  }

  @Test
  void mutex_describesItselfWithoutItsLock() throws Exception {
    Mutex mutex = new Mutex("door");
    mutex.lock();
    Coroutine<?> waiting = suspended(mutex::lock);
    assertEquals(
        "locking door, held by " + Thread.currentThread().getName(),
        described(waiting, mutex.lock));
  }
}
