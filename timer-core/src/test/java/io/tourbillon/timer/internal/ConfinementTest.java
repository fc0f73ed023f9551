package io.tourbillon.timer.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ConfinementTest {
  private static final int THREADS = 3;
  private static final int ROUNDS = 20_000;

  /** The broken twin: sees that there is no owner, and then becomes it. */
  private static final class LookingFirst implements Runnable {
    private final AtomicReference<Thread> owner = new AtomicReference<>();

    @Override
    public void run() {
      Thread caller = Thread.currentThread();
      if (owner.get() == null) {
        if (hashCode() % 64 == 0) {
          LockSupport.parkNanos(1); // Lets others in between, even on a busy machine.
        }
        owner.set(caller);
      } else if (!caller.equals(owner.get())) {
        throw new IllegalStateException("another thread");
      }
    }
  }

  /** Returns in how many rounds a number of threads other than one was let in. */
  private static int roundsWithoutOneOwner(Supplier<Runnable> scheme) throws InterruptedException {
    List<Runnable> checks = new ArrayList<>();
    List<AtomicInteger> owners = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      checks.add(scheme.get());
      owners.add(new AtomicInteger());
    }
    CyclicBarrier start = new CyclicBarrier(THREADS);
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < THREADS; number++) {
      threads.add(
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    awaitStart(start);
                    for (int round = 0; round < ROUNDS; round++) {
                      try {
                        checks.get(round).run();
                        owners.get(round).incrementAndGet();
                      } catch (IllegalStateException another) {
                        // Counted by the one that is let in.
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      assertTrue(thread.join(Duration.ofSeconds(60)));
    }
    return (int) owners.stream().filter(count -> count.get() != 1).count();
  }

  private static void awaitStart(CyclicBarrier start) {
    try {
      start.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void require_byThreadsThatRace_letsOneIn() throws Exception {
    assertEquals(0, roundsWithoutOneOwner(() -> new Confinement()::require));
  }

  @Test
  void twin_thatLooksFirst_isCaught() throws Exception {
    int caught = 0;
    for (int attempt = 0; attempt < 100 && caught == 0; attempt++) {
      caught = roundsWithoutOneOwner(LookingFirst::new);
    }
    assertTrue(caught > 0, "the test does not see a second owner");
  }

  @Test
  void isOwner_doesNotClaim() {
    Confinement confinement = new Confinement();
    assertFalse(confinement.isOwner());
    confinement.require();
    assertTrue(confinement.isOwner());
    confinement.require();
  }

  @Test
  void lock_ofAConfinement_isHeldByNobody() throws Exception {
    Confinement confinement = new Confinement();
    SpinningLock lock = new SpinningLock(confinement);
    lock.lock();
    assertFalse(lock.isLocked());
    lock.unlock();
    AtomicReference<Throwable> refusal = new AtomicReference<>();
    Thread.ofPlatform()
        .start(() -> refusal.set(assertThrows(IllegalStateException.class, lock::lock)))
        .join();
    assertTrue(refusal.get().getMessage().startsWith("this timer service is confined"));
  }
}
