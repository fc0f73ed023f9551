package io.tourbillon.bench.subject;

import io.tourbillon.coroutine.CoroutineScheduler;
import io.tourbillon.coroutine.Engine;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.function.IntConsumer;

/** Virtual threads without a coroutine library: the JDK's, or those on Tourbillon's loops. */
final class VirtualThreads implements CoroutineSubject {
  private final ThreadFactory threads;
  private final Runnable close;

  private VirtualThreads(ThreadFactory threads, Runnable close) {
    this.threads = threads;
    this.close = close;
  }

  /** The JDK's virtual threads. Those that sleep are daemons and end with the JVM. */
  static VirtualThreads ofTheJdk() {
    return new VirtualThreads(Thread.ofVirtual().factory(), () -> {});
  }

  static VirtualThreads onOurLoops() {
    CoroutineScheduler scheduler =
        CoroutineScheduler.builder().engine(Engine.VIRTUAL_THREAD).build();
    return new VirtualThreads(scheduler.threadFactory(), scheduler::close);
  }

  @Override
  public void sleep(SleepPlan plan) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(plan.coroutines());
    for (int coroutine = 0; coroutine < plan.coroutines(); coroutine++) {
      int row = coroutine;
      start(
          () -> {
            sleepRow(plan, row);
            ended.countDown();
          });
    }
    ended.await();
  }

  private void start(Runnable body) {
    threads.newThread(body).start();
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
      start(
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
      start(
          () -> {
            body.accept(number);
            ended.countDown();
          });
    }
    ended.await();
  }

  @Override
  @SuppressWarnings("ThreadPriorityCheck") // This measures the cost of Thread.yield.
  public void takeTurns(int coroutines, int turns, IntConsumer body) throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(coroutines);
    for (int coroutine = 0; coroutine < coroutines; coroutine++) {
      int number = coroutine;
      start(
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

  @Override
  public void close() {
    close.run();
  }
}
