package io.tourbillon.coroutine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Fills the heap completely again and again while threads wake, cancel and spawn coroutines. Then
 * frees it, and checks that no wake-up and no place was lost. {@link FullHeapTest} runs it with a
 * small heap.
 */
final class FullHeapWakeUpsProgram {
  private static final int COROUTINES = 100;
  private static final int ROUNDS = 8;
  private static final long FULL_NANOS = 250_000_000;

  private final AtomicBoolean enough = new AtomicBoolean();
  private final AtomicIntegerArray turns = new AtomicIntegerArray(COROUTINES);

  /**
   * The suspended coroutines. An array, because the threads that wake them have no memory either.
   */
  private final AtomicReferenceArray<Resumption<Integer>> waiting =
      new AtomicReferenceArray<>(COROUTINES);

  private FullHeapWakeUpsProgram() {}

  public static void main(String[] args) throws Exception {
    new FullHeapWakeUpsProgram().run();
    System.out.println("ok");
  }

  private void run() throws Exception {
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder()
            .engine(TestSchedulers.ENGINE)
            .loops(2)
            .watchdog(Duration.ZERO)
            .exceptionHandler((coroutine, failure) -> {})
            .build();
    for (int number = 0; number < COROUTINES; number++) {
      int own = number;
      Coroutine<?> _ = scheduler.spawn(() -> waitAgainAndAgain(own));
    }
    Thread waker = new Thread(this::wake, "waker");
    waker.setDaemon(true);
    Thread spawner = new Thread(() -> spawnAndCancel(scheduler), "spawner");
    waker.start();
    spawner.start();
    for (int round = 0; round < ROUNDS; round++) {
      FilledHeap.fill(FULL_NANOS);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    TimeUnit.MILLISECONDS.sleep(500);
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
    enough.set(true);
    spawner.join();
    FilledHeap.require(scheduler.close(Duration.ofSeconds(10)), "not all have ended");
  }

  private void waitAgainAndAgain(int own) {
    while (!enough.get()) {
      try {
        Coroutines.<Integer>suspend(
            resumption -> {
              resumption.onCancel(() -> waiting.set(own, null));
              waiting.set(own, resumption);
            });
        turns.incrementAndGet(own);
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait();
      }
    }
  }

  private void wake() {
    while (true) {
      for (int number = 0; number < COROUTINES; number++) {
        Resumption<Integer> one = waiting.getAndSet(number, null);
        if (one != null) {
          try {
            one.resume(number);
          } catch (OutOfMemoryError lost) {
            Thread.onSpinWait(); // Not repeated, as in a callback that runs only once.
          }
        }
      }
    }
  }

  private void spawnAndCancel(CoroutineScheduler scheduler) {
    while (!enough.get()) {
      try {
        Coroutine<?> sleeper = scheduler.spawn(() -> Coroutines.delay(Duration.ofHours(1)));
        while (!sleeper.state().isEnd()) {
          cancelSurely(sleeper);
          Thread.onSpinWait();
        }
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait();
      }
    }
  }

  private static void cancelSurely(Coroutine<?> coroutine) {
    while (true) {
      try {
        coroutine.cancel();
        return;
      } catch (OutOfMemoryError full) {
        Thread.onSpinWait();
      }
    }
  }
}
