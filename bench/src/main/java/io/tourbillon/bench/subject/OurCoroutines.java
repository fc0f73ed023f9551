package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Coroutines;
import io.tourbillon.coroutine.Engine;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/** Tourbillon's coroutines on one of its engines. */
final class OurCoroutines implements CoroutineSubject {
  private final Engine engine;
  private final CoroutineScheduler scheduler;

  OurCoroutines(Engine engine) {
    this.engine = engine;
    scheduler = CoroutineScheduler.builder().engine(engine).build();
  }

  @Override
  public void sleep(SleepPlan plan) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(plan.coroutines());
    for (int coroutine = 0; coroutine < plan.coroutines(); coroutine++) {
      int row = coroutine;
      scheduler.spawn(
          () -> {
            sleepRow(plan, row);
            ended.countDown();
          });
    }
    ended.await();
  }

  private static void sleepRow(SleepPlan plan, int row) {
    for (int sleep = 0; sleep < plan.sleeps(); sleep++) {
      long startNanos = System.nanoTime();
      Coroutines.delay(plan.delayNanos(row, sleep), TimeUnit.NANOSECONDS);
      plan.record(row, sleep, startNanos, System.nanoTime());
    }
  }

  @Override
  public void park(int coroutines, Duration nap, Runnable woke) throws InterruptedException {
    CountDownLatch asleep = new CountDownLatch(coroutines);
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      scheduler.spawn(
          () -> {
            asleep.countDown();
            Coroutines.delay(nap);
            woke.run();
          });
    }
    asleep.await();
  }

  @Override
  public void spawn(int coroutines, IntConsumer body) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(coroutines);
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      int number = coroutine;
      scheduler.spawn(
          () -> {
            body.accept(number);
            ended.countDown();
          });
    }
    ended.await();
  }

  @Override
  public void takeTurns(int coroutines, int turns, IntConsumer body) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(coroutines);
    try (CoroutineScheduler oneLoop =
        CoroutineScheduler.builder().engine(engine).loops(1).build()) {
      for (int coroutine = 0; coroutine < coroutines; coroutine++) {
        int number = coroutine;
        oneLoop.spawn(
            () -> {
              for (int turn = 0; turn < turns; turn++) {
                body.accept(number);
                Coroutines.yieldNow();
              }
              ended.countDown();
            });
      }
      ended.await();
    }
  }

  /** Also ends sleeping coroutines. */
  @Override
  public void close() {
    scheduler.close(Duration.ZERO);
  }
}
