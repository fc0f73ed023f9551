package io.tourbillon.bench.subject;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;

/** The JDK's virtual threads. */
final class VirtualThreads implements CoroutineSubject {
  @Override
  public void sleep(SleepPlan plan) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(plan.coroutines());
    for (int coroutine = 0; coroutine < plan.coroutines(); coroutine++) {
      int row = coroutine;
      Thread.startVirtualThread(
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
      sleep(Duration.ofNanos(plan.delayNanos(row, sleep)));
      plan.record(row, sleep, startNanos, System.nanoTime());
    }
  }

  private static void sleep(Duration delay) {
    try {
      Thread.sleep(delay);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts these threads", e);
    }
  }

  @Override
  public void park(int coroutines, Duration nap, Runnable woke) throws InterruptedException {
    CountDownLatch asleep = new CountDownLatch(coroutines);
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      Thread.startVirtualThread(
          () -> {
            asleep.countDown();
            sleep(nap);
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
      Thread.startVirtualThread(
          () -> {
            body.accept(number);
            ended.countDown();
          });
    }
    ended.await();
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // What Thread.yield costs is the question here.
  public void takeTurns(int coroutines, int turns, IntConsumer body) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(coroutines);
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      int number = coroutine;
      Thread.startVirtualThread(
          () -> {
            for (int turn = 0; turn < turns; turn++) {
              body.accept(number);
              Thread.yield();
            }
            ended.countDown();
          });
    }
    ended.await();
  }

  /** Those that sleep are daemons and end with the JVM. */
  @Override
  public void close() {}
}
