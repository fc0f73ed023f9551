package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A limit of many permits is exact, whichever threads take them and give them back. */
class PendingLimitStripesTest {
  private static final int PROCESSORS = 4;
  private static final int THREADS = 8;
  private static final int ROUNDS = 30_000;

  /** Permits, as callers see them. */
  private interface Permits {
    boolean tryAcquire();

    void release(int permits);
  }

  private static Permits of(PendingLimit limit) {
    return new Permits() {
      @Override
      public boolean tryAcquire() {
        try {
          limit.acquire();
          return true;
        } catch (RejectedExecutionException refused) {
          return false;
        }
      }

      @Override
      public void release(int permits) {
        limit.release(permits);
      }
    };
  }

  /** The broken twin: looks, and then takes. */
  private static Permits lookingFirst(int most) {
    AtomicInteger held = new AtomicInteger();
    return new Permits() {
      @Override
      public boolean tryAcquire() {
        if (held.get() >= most) {
          return false;
        }
        if (ThreadLocalRandom.current().nextInt(64) == 0) {
          LockSupport.parkNanos(1); // Lets others in between, even on a busy machine.
        }
        held.incrementAndGet();
        return true;
      }

      @Override
      public void release(int permits) {
        held.addAndGet(-permits);
      }
    };
  }

  private static void acquireAll(Permits permits, int count) {
    for (int i = 0; i < count; i++) {
      assertTrue(permits.tryAcquire(), i + " of " + count);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 32, 63, 64, 100, 1000, 12_345})
  void acquire_byThreadsInTurn_isRefusedExactlyAtTheLimit(int most) throws Exception {
    PendingLimit limit = new PendingLimit(most, PROCESSORS);
    Permits permits = of(limit);
    AtomicInteger acquired = new AtomicInteger();
    for (int i = 0; i < THREADS; i++) {
      Thread thread =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int turn = 0; turn < most / THREADS && permits.tryAcquire(); turn++) {
                      acquired.incrementAndGet();
                    }
                  });
      thread.join(TimeUnit.SECONDS.toMillis(60));
    }
    acquireAll(permits, most - acquired.get());
    assertEquals(
        "at most maxPending timers at once: " + most,
        assertThrows(RejectedExecutionException.class, limit::acquire).getMessage());
    permits.release(most);
    acquireAll(permits, most);
    assertThrows(RejectedExecutionException.class, limit::acquire);
  }

  @Test
  void release_byAnotherThread_makesRoomForTheFirst() throws Exception {
    Permits permits = of(new PendingLimit(1000, PROCESSORS));
    acquireAll(permits, 1000);
    Thread other = Thread.ofPlatform().start(() -> permits.release(7));
    other.join(TimeUnit.SECONDS.toMillis(60));
    acquireAll(permits, 7);
    assertTrue(!permits.tryAcquire());
  }

  @Test
  void acquire_withoutALimit_isNeverRefused() {
    PendingLimit none = new PendingLimit(Long.MAX_VALUE);
    for (int i = 0; i < 10_000; i++) {
      none.acquire();
    }
    none.release(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 70, 400})
  void manyThreads_neverHoldMoreThanTheLimit_andLoseNoPermit(int most) throws Exception {
    Permits permits = of(new PendingLimit(most, PROCESSORS));
    assertTrue(mostHeld(permits, most) <= most);
    acquireAll(permits, most);
    assertTrue(!permits.tryAcquire());
  }

  @Test
  void twin_thatLooksBeforeItTakes_isCaught() throws Exception {
    int caught = 0;
    for (int attempt = 0; attempt < 50 && caught == 0; attempt++) {
      caught = mostHeld(lookingFirst(3), 3) > 3 ? 1 : 0;
    }
    assertEquals(1, caught);
  }

  /** Lets threads take permits and give them back; returns the most that were held at a time. */
  private static int mostHeld(Permits permits, int most)
      throws InterruptedException, ExecutionException {
    AtomicInteger held = new AtomicInteger();
    AtomicInteger mostHeld = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < THREADS; i++) {
        Random random = new Random(i);
        all.add(
            threads.submit(
                () -> {
                  int mine = 0;
                  for (int round = 0; round < ROUNDS; round++) {
                    if (random.nextInt(3) > 0 && mine < 2 * most / THREADS + 1) {
                      if (permits.tryAcquire()) {
                        mine++;
                        mostHeld.accumulateAndGet(held.incrementAndGet(), Math::max);
                        if (random.nextInt(64) == 0) {
                          // Threads that hold a permit are off the processor, so more of them
                          // hold one at a time than there are processors.
                          LockSupport.parkNanos(1);
                        }
                      }
                    } else if (mine > 0) {
                      int some = 1 + random.nextInt(mine);
                      held.addAndGet(-some);
                      mine -= some;
                      permits.release(some);
                    }
                  }
                  held.addAndGet(-mine);
                  permits.release(mine);
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    return mostHeld.get();
  }
}
