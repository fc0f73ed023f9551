package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/** Reactor's operators of time, and the contract of its schedulers. */
class ReactorTest extends AdoptionTest {
  @ParameterizedTest
  @EnumSource
  void timeout_fires_ifThereIsNoValue(Subject subject) {
    Scheduler scheduler = ReactorRecipe.scheduler(open(subject));
    long startNanos = System.nanoTime();
    Mono<Object> late = Mono.never().timeout(Duration.ofMillis(30), scheduler);
    assertCause(TimeoutException.class, assertThrows(RuntimeException.class, late::block));
    assertElapsed(Duration.ofMillis(30), startNanos);
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void timeout_isCancelled_byTheValue(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    int sum =
        Flux.range(0, 1000)
            .flatMap(n -> Mono.fromCallable(() -> n).timeout(Duration.ofMinutes(1), scheduler), 16)
            .reduce(0, Integer::sum)
            .block(PATIENCE);
    assertEquals(499_500, sum);
    awaitNonePending(source);
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void retry_withBackoff_waitsBetweenAttempts(Subject subject) {
    Scheduler scheduler = ReactorRecipe.scheduler(open(subject));
    AtomicInteger attempts = new AtomicInteger();
    long startNanos = System.nanoTime();
    String result =
        Mono.fromCallable(
                () -> {
                  if (attempts.incrementAndGet() < 4) {
                    throw new IllegalStateException("attempt " + attempts);
                  }
                  return "done";
                })
            .retryWhen(Retry.fixedDelay(5, Duration.ofMillis(10)).scheduler(scheduler))
            .block(PATIENCE);
    assertEquals("done", result);
    assertEquals(4, attempts.get());
    assertElapsed(Duration.ofMillis(30), startNanos);
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void interval_ticksInOrder_andStopsWhenItIsCancelled(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    List<Long> ticks =
        Flux.interval(Duration.ofMillis(2), scheduler).take(10).collectList().block(PATIENCE);
    assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), ticks);
    awaitNonePending(source);
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void schedule_onAWorker_runsInOrder_andOneAtATime(Subject subject) throws Exception {
    Scheduler scheduler = ReactorRecipe.scheduler(open(subject));
    Scheduler.Worker worker = scheduler.createWorker();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger running = new AtomicInteger();
    AtomicInteger overlaps = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      int number = i;
      Disposable _ =
          worker.schedule(
              () -> {
                overlaps.addAndGet(running.getAndIncrement());
                Thread.onSpinWait();
                order.add(number);
                running.decrementAndGet();
              });
    }
    await(() -> order.size() == 10, () -> "ran: " + order);
    if (subject != Subject.LOOPS) {
      // Reactor leaves the order to the executor, and several loops are a pool of threads.
      assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), order);
      assertEquals(0, overlaps.get());
    }
    worker.dispose();
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_ofATask_keepsItFromRunning(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    AtomicInteger runs = new AtomicInteger();
    Disposable task = scheduler.schedule(runs::incrementAndGet, 50, TimeUnit.MILLISECONDS);
    assertFalse(task.isDisposed());
    task.dispose();
    assertTrue(task.isDisposed());
    awaitNonePending(source);
    Mono.delay(Duration.ofMillis(80), scheduler).block(PATIENCE);
    assertEquals(0, runs.get());
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_ofAWorker_endsItsTasks_andRefusesOthers(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    Scheduler.Worker worker = scheduler.createWorker();
    AtomicInteger runs = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      Disposable _ = worker.schedule(runs::incrementAndGet, 60, TimeUnit.MILLISECONDS);
    }
    Disposable _ = worker.schedulePeriodically(runs::incrementAndGet, 60, 1, TimeUnit.MILLISECONDS);
    worker.dispose();
    awaitNonePending(source);
    assertThrows(RejectedExecutionException.class, () -> worker.schedule(runs::incrementAndGet));
    Mono.delay(Duration.ofMillis(80), scheduler).block(PATIENCE);
    assertEquals(0, runs.get());
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_fromInsideATask_endsAPeriodicTask(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    AtomicInteger runs = new AtomicInteger();
    Disposable.Swap self = Disposables.swap();
    self.update(
        scheduler.schedulePeriodically(
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
    Mono.delay(Duration.ofMillis(20), scheduler).block(PATIENCE);
    assertEquals(3, runs.get());
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_ofTheScheduler_refusesTasks(Subject subject) {
    Scheduler scheduler = ReactorRecipe.scheduler(open(subject));
    Disposable _ = scheduler.schedule(() -> {}, 1, TimeUnit.HOURS);
    scheduler.dispose();
    assertTrue(scheduler.isDisposed());
    assertThrows(RejectedExecutionException.class, () -> scheduler.schedule(() -> {}));
    assertThrows(
        RejectedExecutionException.class,
        () -> scheduler.schedule(() -> {}, 1, TimeUnit.MILLISECONDS));
  }

  @ParameterizedTest
  @EnumSource
  void task_thatThrows_isRepeatedAllTheSame(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    AtomicInteger runs = new AtomicInteger();
    Disposable task =
        scheduler.schedulePeriodically(
            () -> {
              runs.incrementAndGet();
              throw new IllegalStateException("expected by the test");
            },
            0,
            5,
            TimeUnit.MILLISECONDS);
    await(() -> runs.get() >= 3, () -> "runs: " + runs);
    assertEquals(0L, Mono.delay(Duration.ofMillis(1), scheduler).block(PATIENCE));
    task.dispose();
    scheduler.dispose();
  }

  @ParameterizedTest
  @EnumSource
  void delays_ofAnyLength_areAccepted(Subject subject) throws Exception {
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    for (long delay : new long[] {Long.MIN_VALUE, -1, 0}) {
      AtomicInteger runs = new AtomicInteger();
      Disposable _ = scheduler.schedule(runs::incrementAndGet, delay, TimeUnit.MILLISECONDS);
      await(() -> runs.get() == 1, () -> "did not run after " + delay);
    }
    Disposable never = scheduler.schedule(() -> {}, Long.MAX_VALUE, TimeUnit.DAYS);
    never.dispose();
    awaitNonePending(source);
    scheduler.dispose();
  }

  /** A graceful end refuses tasks at once, and comes after those that run or wait. */
  @ParameterizedTest
  @EnumSource
  void disposeGracefully_endsAfterTheTasksThatWereAccepted(Subject subject) throws Exception {
    startReactorsThreadForEnds();
    TimeSource source = open(subject);
    Scheduler scheduler = ReactorRecipe.scheduler(source);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    AtomicInteger runs = new AtomicInteger();
    Disposable _ =
        scheduler.schedule(
            () -> {
              begun.countDown();
              assertTrue(Uninterruptibles.awaitUninterruptibly(released, PATIENCE));
              runs.incrementAndGet();
            });
    Disposable _ = scheduler.schedule(runs::incrementAndGet, 20, TimeUnit.MILLISECONDS);
    Disposable _ = scheduler.schedulePeriodically(runs::incrementAndGet, 1, 1, TimeUnit.HOURS);
    assertTrue(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    List<CompletableFuture<Void>> ends =
        List.of(scheduler.disposeGracefully().toFuture(), scheduler.disposeGracefully().toFuture());
    assertTrue(scheduler.isDisposed());
    assertThrows(RejectedExecutionException.class, () -> scheduler.schedule(() -> {}));
    for (CompletableFuture<Void> end : ends) {
      assertFalse(end.isDone());
    }
    released.countDown();
    for (CompletableFuture<Void> end : ends) {
      end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    assertEquals(2, runs.get());
    assertEquals(0, source.pending());
  }

  /** Reactor's thread that waits for the ends of schedulers stays for 10 s: it is not left over. */
  private void startReactorsThreadForEnds() {
    Scheduler other = Schedulers.newSingle("other");
    other.init();
    other.disposeGracefully().block(PATIENCE);
    noteThreads();
  }

  @ParameterizedTest
  @EnumSource
  void dispose_interruptsARunningTask(Subject subject) throws Exception {
    Scheduler scheduler = ReactorRecipe.scheduler(open(subject));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Disposable _ =
        scheduler.schedule(
            () -> {
              begun.countDown();
              try {
                Thread.sleep(PATIENCE);
              } catch (InterruptedException expected) {
                interrupted.countDown();
              }
            });
    assertTrue(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
    scheduler.dispose();
    assertTrue(interrupted.await(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  /** Reactor hands what a task throws to the thread's handler, and rethrows no error of the JVM. */
  @ParameterizedTest
  @EnumSource
  void error_ofTheJvm_leavesTheSchedulerUsable(Subject subject) {
    Scheduler scheduler = ReactorRecipe.scheduler(open(subject));
    Scheduler.Worker worker = scheduler.createWorker();
    Runnable failing =
        () -> {
          throw new StackOverflowError("expected by the test");
        };
    Disposable _ = worker.schedule(failing);
    Disposable _ = scheduler.schedule(failing, 1, TimeUnit.MILLISECONDS);
    Mono<Object> never =
        Mono.fromCallable(
                () -> {
                  throw new StackOverflowError("expected by the test");
                })
            .subscribeOn(scheduler);
    Disposable _ = never.subscribe();
    assertEquals(0L, Mono.delay(Duration.ofMillis(20), scheduler).block(PATIENCE));
    worker.dispose();
    scheduler.dispose();
  }
}
