package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.Coroutine.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Values, timeouts and cancellations come at about the same time, by the system's clock and from
 * other threads: each suspension has one outcome, and no value is lost or taken twice.
 */
@SuppressWarnings("LockNotBeforeTry") // The locks are only waited for, and guard nothing.
class OutcomeRaceTest {
  private static final int COROUTINES = 200;
  private static final int ROUNDS = 40;
  private static final Duration LIMIT = Duration.ofMillis(1);

  private final CoroutineScheduler scheduler = TestSchedulers.builder().loops(2).build();
  private final ConcurrentLinkedQueue<Offer> offers = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger acceptedSum = new AtomicInteger();
  private Thread giver;

  /** A resumption to be resumed, not before a time. */
  private record Offer(Resumption<Integer> to, long atNanos) {}

  @BeforeEach
  void giveAllTheWhile() {
    giver = Thread.ofPlatform().daemon().start(this::give);
  }

  private void give() {
    for (int number = 1; !enough.get(); ) {
      Offer offer = offers.poll();
      if (offer == null) {
        Thread.onSpinWait();
      } else if (offer.atNanos - System.nanoTime() > 0) {
        offers.add(offer);
      } else if (offer.to.resume(number)) {
        accepted.incrementAndGet();
        acceptedSum.addAndGet(number);
        number++;
      }
    }
  }

  @AfterEach
  void close() throws InterruptedException {
    enough.set(true);
    giver.join();
    scheduler.close(Duration.ZERO);
  }

  /** Ends the giver, so that its counts are final. */
  private void stopGiving() throws InterruptedException {
    enough.set(true);
    giver.join();
  }

  /** Suspends until it is given a number, at about the limit of 1 ms. */
  private int receive() {
    long atNanos = System.nanoTime() + ThreadLocalRandom.current().nextLong(2_500_000);
    return Coroutines.suspend(resumption -> offers.add(new Offer(resumption, atNanos)));
  }

  private List<Coroutine<?>> spawn(int count, Action body) {
    List<Coroutine<?>> all = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      all.add(scheduler.spawn(body));
    }
    return all;
  }

  private static void join(List<Coroutine<?>> all) throws TimeoutException {
    for (Coroutine<?> coroutine : all) {
      coroutine.join(PATIENCE);
    }
  }

  /** Usually a close race. But each side must win sometimes, even on a busy machine. */
  private static Duration limit(int round) {
    return switch (round % 10) {
      case 0 -> PATIENCE;
      case 1 -> Duration.ofNanos(1);
      default -> LIMIT;
    };
  }

  private static void assertBothHappened(AtomicInteger one, AtomicInteger other) {
    assertTrue(one.get() > 0 && other.get() > 0, "both must happen: " + one + ", " + other);
  }

  @Test
  void value_againstTimeout_isOneOfThem() throws Exception {
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger takenSum = new AtomicInteger();
    AtomicInteger timedOut = new AtomicInteger();
    join(
        spawn(
            COROUTINES,
            () -> {
              for (int round = 0; round < ROUNDS; round++) {
                try {
                  takenSum.addAndGet(Coroutines.withTimeout(limit(round), this::receive));
                  taken.incrementAndGet();
                } catch (TimeoutException late) {
                  timedOut.incrementAndGet();
                }
                // Neither a timeout that is over nor a value that came too late may affect this.
                Coroutines.checkCancelled();
                if (round % 4 == 0) {
                  Coroutines.delay(LIMIT);
                }
              }
            }));
    stopGiving();
    assertEquals(COROUTINES * ROUNDS, taken.get() + timedOut.get());
    assertEquals(accepted.get(), taken.get());
    assertEquals(acceptedSum.get(), takenSum.get());
    assertBothHappened(taken, timedOut);
  }

  @Test
  void value_againstCancel_isOneOfThem() throws Exception {
    int rounds = 5_000;
    AtomicInteger taken = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    AtomicInteger takenBack = new AtomicInteger();
    Random random = new Random();
    for (int round = 0; round < rounds; round++) {
      ConcurrentLinkedQueue<Resumption<Integer>> handle = new ConcurrentLinkedQueue<>();
      Coroutine<Integer> coroutine =
          scheduler.spawn(
              () ->
                  Coroutines.suspend(
                      resumption -> {
                        resumption.onCancel(takenBack::incrementAndGet);
                        handle.add(resumption);
                      }));
      while (handle.isEmpty()) {
        Thread.onSpinWait();
      }
      if (round % 50 == 0) {
        coroutine.cancel();
      }
      offers.add(new Offer(handle.remove(), System.nanoTime()));
      for (int spins = random.nextInt(300); spins > 0 || round % 50 == 1; spins--) {
        if (coroutine.state().isEnd()) {
          break;
        }
        Thread.onSpinWait();
      }
      coroutine.cancel();
      try {
        coroutine.join(PATIENCE);
        assertEquals(State.DONE, coroutine.state());
        taken.incrementAndGet();
      } catch (CompletionException e) {
        assertEquals(State.CANCELLED, coroutine.state());
        cancelled.incrementAndGet();
      }
    }
    while (!offers.isEmpty()) {
      Thread.onSpinWait();
    }
    stopGiving();
    assertEquals(rounds, taken.get() + cancelled.get());
    assertEquals(accepted.get(), taken.get());
    assertEquals(cancelled.get(), takenBack.get());
    assertBothHappened(taken, cancelled);
  }

  @Test
  void acquisition_againstTimeoutAndCancel_isUsedOrGivenBack() throws Exception {
    AtomicInteger acquired = new AtomicInteger();
    AtomicInteger used = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    List<Coroutine<?>> all =
        spawn(
            COROUTINES,
            () -> {
              try {
                for (int round = 0; round < ROUNDS; round++) {
                  try {
                    int _ =
                        Coroutines.<Integer, RuntimeException>acquireWithin(
                            limit(round),
                            () -> {
                              int permit = receive();
                              acquired.incrementAndGet();
                              return permit;
                            },
                            permit -> lost.incrementAndGet());
                    used.incrementAndGet();
                  } catch (TimeoutException late) {
                    Coroutines.checkCancelled();
                  }
                }
              } catch (CoroutineCancelledException e) {
                cancelled.incrementAndGet();
                throw e;
              }
            });
    // Cancels half of them, at any time.
    for (int number = 0; number < COROUTINES; number += 2) {
      all.get(number).cancel();
      Coroutine<?> pause = scheduler.spawn(() -> Coroutines.delay(LIMIT));
      pause.join(PATIENCE);
    }
    for (int number = 0; number < COROUTINES; number++) {
      Coroutine<?> coroutine = all.get(number);
      try {
        coroutine.join(PATIENCE);
      } catch (CompletionException e) {
        assertEquals(State.CANCELLED, coroutine.state());
        assertEquals(0, number % 2);
      }
    }
    // Waits for those that still acquire.
    assertTrue(scheduler.close(PATIENCE));
    stopGiving();
    assertEquals(accepted.get(), acquired.get());
    assertEquals(acquired.get(), used.get() + lost.get());
    assertBothHappened(used, lost);
    assertTrue(cancelled.get() > 0);
  }

  /** The timeout comes when a lock is about to be released, or a sleep about to end. */
  @Test
  @Tag("virtual-thread")
  void timeout_ofABlockingCallThatEndsJustThen_leavesNoInterruptBehind() throws Exception {
    // Fair, because otherwise the holders take it from each other, and the others starve.
    ReentrantLock lock = new ReentrantLock(true);
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger timedOut = new AtomicInteger();
    AtomicInteger inTime = new AtomicInteger();
    List<Coroutine<?>> holders = spawn(2, () -> holdNowAndThen(lock, done));
    join(
        spawn(
            20,
            () -> {
              for (int round = 0; round < 100; round++) {
                boolean sleeps = round % 2 == 0;
                try {
                  Coroutines.withTimeout(LIMIT, () -> sleeps ? sleep() : lockAndUnlock(lock));
                  inTime.incrementAndGet();
                } catch (TimeoutException late) {
                  timedOut.incrementAndGet();
                }
                assertFalse(Thread.currentThread().isInterrupted());
                Coroutines.checkCancelled();
                // A delayed interrupt would end this.
                Thread.sleep(0, 200_000);
              }
            }));
    done.set(true);
    join(holders);
    assertBothHappened(inTime, timedOut);
  }

  private static void holdNowAndThen(ReentrantLock lock, AtomicBoolean done)
      throws InterruptedException {
    while (!done.get()) {
      lock.lock();
      try {
        Thread.sleep(0, 300_000);
      } finally {
        lock.unlock();
      }
    }
  }

  private static boolean sleep() throws InterruptedException {
    Thread.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(1, 1_800_000)));
    return true;
  }

  /** Ignores interrupts, but keeps their status. */
  private static boolean lockAndUnlock(ReentrantLock lock) {
    lock.lock();
    lock.unlock();
    return true;
  }

  @Test
  void timeout_thatIsOver_isNotSeenByTheNextScope() throws Exception {
    AtomicInteger timedOut = new AtomicInteger();
    join(
        spawn(
            COROUTINES,
            () -> {
              for (int round = 0; round < ROUNDS; round++) {
                assertThrows(
                    TimeoutException.class,
                    () ->
                        Coroutines.withTimeout(
                            Duration.ofNanos(1 + ThreadLocalRandom.current().nextInt(1_000_000)),
                            () -> Coroutines.suspend(resumption -> {})));
                timedOut.incrementAndGet();
                assertEquals(
                    "well",
                    Coroutines.withTimeout(
                        PATIENCE,
                        () -> {
                          Coroutines.yieldNow();
                          Coroutines.delay(1, TimeUnit.NANOSECONDS);
                          return "well";
                        }));
              }
            }));
    assertEquals(COROUTINES * ROUNDS, timedOut.get());
  }
}
