package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.disposables.SerialDisposable;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.tourbillon.timer.TimerService;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** RxJava's operators of time, and the contract of its schedulers. */
class RxJavaTest extends AdoptionTest {
  @ParameterizedTest
  @EnumSource
  void timeout_fires_ifThereIsNoValue(Subject subject) {
    Scheduler scheduler = RxJavaRecipe.scheduler(open(subject));
    long startNanos = System.nanoTime();
    Single<Object> late = Single.never().timeout(30, TimeUnit.MILLISECONDS, scheduler);
    assertCause(TimeoutException.class, assertThrows(RuntimeException.class, late::blockingGet));
    assertElapsed(Duration.ofMillis(30), startNanos);
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void timeout_isCancelled_byTheValue(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = RxJavaRecipe.scheduler(source);
    int sum =
        Flowable.range(0, 1000)
            .flatMapSingle(
                n -> Single.fromCallable(() -> n).timeout(1, TimeUnit.MINUTES, scheduler),
                false,
                16)
            .reduce(0, Integer::sum)
            .blockingGet();
    assertEquals(499_500, sum);
    awaitNonePending(source);
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void retry_withDelays_waitsBetweenAttempts(Subject subject) {
    Scheduler scheduler = RxJavaRecipe.scheduler(open(subject));
    AtomicInteger attempts = new AtomicInteger();
    long startNanos = System.nanoTime();
    String result =
        Single.fromCallable(
                () -> {
                  if (attempts.incrementAndGet() < 4) {
                    throw new IllegalStateException("attempt " + attempts);
                  }
                  return "done";
                })
            .retryWhen(failures -> failures.delay(10, TimeUnit.MILLISECONDS, scheduler))
            .blockingGet();
    assertEquals("done", result);
    assertEquals(4, attempts.get());
    assertElapsed(Duration.ofMillis(30), startNanos);
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void interval_ticksInOrder_andStopsWhenItIsCancelled(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = RxJavaRecipe.scheduler(source);
    List<Long> ticks =
        Flowable.interval(2, TimeUnit.MILLISECONDS, scheduler).take(10).toList().blockingGet();
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), ticks);
    awaitNonePending(source);
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void schedule_onAWorker_runsInOrder_andOneAtATime(Subject subject) throws Exception {
    Scheduler scheduler = RxJavaRecipe.scheduler(open(subject));
    Scheduler.Worker worker = scheduler.createWorker();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger running = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      int number = i;
      worker.schedule(
          () -> {
            overlaps.addAndGet(running.getAndIncrement());
            Thread.onSpinWait();
            order.add(number);
            running.decrementAndGet();
          });
    }
    await(() -> order.size() == 10, () -> "ran: " + order);
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
    assertEquals(0, overlaps.get());
    worker.dispose();
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_ofATask_keepsItFromRunning(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = RxJavaRecipe.scheduler(source);
    AtomicInteger runs = new AtomicInteger();
    Disposable task = scheduler.scheduleDirect(runs::incrementAndGet, 50, TimeUnit.MILLISECONDS);
    task.dispose();
    assertTrue(task.isDisposed());
    awaitNonePending(source);
    Completable.timer(80, TimeUnit.MILLISECONDS, scheduler).blockingAwait();
    assertEquals(0, runs.get());
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_ofAWorker_endsItsTasks_andIgnoresOthers(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = RxJavaRecipe.scheduler(source);
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger runs = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      worker.schedule(runs::incrementAndGet, 60, TimeUnit.MILLISECONDS);
    }
    worker.schedulePeriodically(runs::incrementAndGet, 60, 1, TimeUnit.MILLISECONDS);
    worker.dispose();
    awaitNonePending(source);
    assertEquals(Disposable.disposed(), worker.schedule(runs::incrementAndGet));
    Completable.timer(80, TimeUnit.MILLISECONDS, scheduler).blockingAwait();
    assertEquals(0, runs.get());
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_fromInsideATask_endsAPeriodicTask(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = RxJavaRecipe.scheduler(source);
    AtomicInteger runs = new AtomicInteger();
    SerialDisposable self = new SerialDisposable();
    self.set(
        scheduler.schedulePeriodicallyDirect(
            () -> {
              if (runs.incrementAndGet() == 3) {
                self.dispose();
              }
            },
            1,
            1,
            TimeUnit.MILLISECONDS));
    await(() -> runs.get() == 3, () -> "runs: " + runs);
    awaitNonePending(source);
    Completable.timer(20, TimeUnit.MILLISECONDS, scheduler).blockingAwait();
    assertEquals(3, runs.get());
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void delays_ofAnyLength_areAccepted(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = RxJavaRecipe.scheduler(source);
    for (long delay : new long[] {Long.MIN_VALUE, -1, 0}) {
      AtomicInteger runs = new AtomicInteger();
      scheduler.scheduleDirect(runs::incrementAndGet, delay, TimeUnit.MILLISECONDS);
      await(() -> runs.get() == 1, () -> "did not run after " + delay);
    }
    scheduler.scheduleDirect(() -> {}, Long.MAX_VALUE, TimeUnit.DAYS).dispose();
    awaitNonePending(source);
    scheduler.shutdown();
  }

  /** An interruptible scheduler interrupts a task that is disposed of, and no later one. */
  @Test
  void dispose_ofARunningTask_interruptsIt_andNoOther() throws Exception {
    try (TimerService timers = TimerService.create()) {
      open(timers);
      Scheduler scheduler = Schedulers.from(timers.asScheduledExecutor(), true);
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch interrupted = new CountDownLatch(1);
      Disposable task =
          scheduler.scheduleDirect(
              () -> {
                begun.countDown();
                try {
                  Thread.sleep(PATIENCE);
                } catch (InterruptedException expected) {
                  interrupted.countDown();
                }
              });
      assertTrue(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      task.dispose();
      assertTrue(interrupted.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
      assertEquals(
          false,
          Single.fromCallable(() -> Thread.currentThread().isInterrupted())
              .subscribeOn(scheduler)
              .blockingGet());
    }
  }

  @ParameterizedTest
  @EnumSource
  void tasks_ofAWorker_runByTheirDelays(Subject subject) throws Exception {
    Scheduler scheduler = RxJavaRecipe.scheduler(open(subject));
    Scheduler.Worker worker = scheduler.createWorker();
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    worker.schedule(
        () -> {
          worker.schedule(() -> order.add("30 ms"), 30, TimeUnit.MILLISECONDS);
          worker.schedule(() -> order.add("first"));
          worker.schedule(() -> order.add("10 ms"), 10, TimeUnit.MILLISECONDS);
          worker.schedule(() -> order.add("second"));
        });
    await(() -> order.size() == 4, () -> "ran: " + order);
    assertEquals(List.of("first", "second", "10 ms", "30 ms"), order);
    worker.dispose();
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void task_thatSchedulesItself_needsNoStack_andEndsWithItsWorker(Subject subject)
      throws Exception {
    Scheduler scheduler = RxJavaRecipe.scheduler(open(subject));
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger runs = new AtomicInteger();
    worker.schedule(
        new Runnable() {
          @Override
          public void run() {
            if (runs.incrementAndGet() == 100_000) {
              worker.dispose();
            }
            worker.schedule(this);
          }
        });
    await(worker::isDisposed, () -> "runs: " + runs);
    Completable.timer(5, TimeUnit.MILLISECONDS, scheduler).blockingAwait();
    assertEquals(100_000, runs.get());
    scheduler.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_letsTheTaskGo(Subject subject) throws Exception {
    Scheduler scheduler = RxJavaRecipe.scheduler(open(subject));
    Scheduler.Worker worker = scheduler.createWorker();
    List<WeakReference<Object>> held = new ArrayList<>();
    List<Disposable> tasks = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Object buffer = new Object();
      held.add(new WeakReference<>(buffer));
      Runnable task = () -> assertNotNull(buffer);
      tasks.add(
          switch (i) {
            case 0 -> scheduler.scheduleDirect(task, 1, TimeUnit.DAYS);
            case 1 -> scheduler.schedulePeriodicallyDirect(task, 1, 1, TimeUnit.DAYS);
            default -> worker.schedule(task, 1, TimeUnit.DAYS);
          });
    }
    tasks.forEach(Disposable::dispose);
    tasks.clear();
    await(
        () -> {
          System.gc();
          return held.stream().allMatch(reference -> reference.refersTo(null));
        },
        () -> "held: " + held.stream().map(reference -> !reference.refersTo(null)).toList());
    worker.dispose();
    scheduler.shutdown();
  }

  /** An executor that has been shut down makes RxJava report its refusals, and throw nothing. */
  @Test
  void refusals_ofAViewThatWasShutDown_areReported() throws Exception {
    List<Throwable> reported = Collections.synchronizedList(new ArrayList<>());
    try (TimerService timers = TimerService.create()) {
      open(timers);
      ScheduledExecutorService executor = timers.asScheduledExecutor();
      executor.shutdown();
      Scheduler scheduler = Schedulers.from(executor);
      RxJavaPlugins.setErrorHandler(reported::add);
      assertTrue(scheduler.scheduleDirect(() -> {}).isDisposed());
      assertTrue(scheduler.scheduleDirect(() -> {}, 1, TimeUnit.HOURS).isDisposed());
      assertTrue(scheduler.schedulePeriodicallyDirect(() -> {}, 1, 1, TimeUnit.HOURS).isDisposed());
      assertTrue(scheduler.createWorker().schedule(() -> {}).isDisposed());
      assertTrue(scheduler.createWorker().schedule(() -> {}, 1, TimeUnit.HOURS).isDisposed());
    } finally {
      RxJavaPlugins.setErrorHandler(null);
    }
    assertEquals(5, reported.size(), reported::toString);
    for (Throwable refusal : reported) {
      assertCause(RejectedExecutionException.class, refusal);
    }
  }
}
