package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Fills the heap completely for a second and a half while coroutines sleep and wake, frees it, and
 * checks that all of them still do. {@link FullHeapTest} runs it with a small heap.
 */
final class FullHeapProgram {
  private static final int COROUTINES = 200;
  private static final long FULL_NANOS = 1_500_000_000;

  private FullHeapProgram() {}

  public static void main(String[] args) throws Exception {
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(TestSchedulers.ENGINE).loops(2).build();
    AtomicIntegerArray turns = new AtomicIntegerArray(COROUTINES);
    AtomicBoolean enough = new AtomicBoolean();
    for (int number = 0; number < COROUTINES; number++) {
      int own = number;
      scheduler.spawn(() -> sleepAgainAndAgain(turns, own, enough));
    }
    TimeUnit.MILLISECONDS.sleep(300);
    FilledHeap.fill(FULL_NANOS);
    int[] before = new int[COROUTINES];
    for (int number = 0; number < COROUTINES; number++) {
      before[number] = turns.get(number);
    }
    TimeUnit.SECONDS.sleep(2);
    int stuck = 0;
    for (int number = 0; number < COROUTINES; number++) {
      stuck += turns.get(number) > before[number] ? 0 : 1;
    }
    FilledHeap.require(stuck == 0, "coroutines that have stopped: " + stuck);
    FilledHeap.require(
        scheduler.stats().loops().stream().noneMatch(LoopStats::dead), "a loop has died");
    FilledHeap.require(
        scheduler.spawn(() -> 42).toFuture().get(20, TimeUnit.SECONDS) == 42, "spawn");
    enough.set(true);
    FilledHeap.require(scheduler.close(Duration.ofSeconds(20)), "not all have ended");
    System.out.println("ok");
  }

  /** A coroutine without memory to suspend gets an error, and tries again. */
  private static void sleepAgainAndAgain(AtomicIntegerArray turns, int own, AtomicBoolean enough) {
    while (!enough.get()) {
      try {
        Coroutines.delay(1, TimeUnit.MILLISECONDS);
        turns.incrementAndGet(own);
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait();
      }
    }
  }
}
