package io.tourbillon.spring;

import static io.tourbillon.spring.Schedulers.await;
import static io.tourbillon.spring.Schedulers.take;
import static io.tourbillon.spring.Schedulers.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tourbillon.spring.Schedulers.Options;
import io.tourbillon.spring.Schedulers.Subject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;

/**
 * What Spring's {@code ThreadPoolTaskScheduler} does, ours does as well: each test runs on both.
 */
@Timeout(30)
class TaskSchedulerContractTest {
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofHours(1);

  private final AtomicInteger runs = new AtomicInteger();

  @ParameterizedTest
  @EnumSource
  void task_atATimeThatHasPassed_runsAtOnce(Schedulers kind) throws Exception {
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future =
          subject.scheduler().schedule(runs::incrementAndGet, Instant.EPOCH);
      await(future);
      assertThat(runs).hasValue(1);
      assertThat(future.isDone()).isTrue();
      assertThat(future.isCancelled()).isFalse();
      assertThat(future.cancel(true)).isFalse();
      assertThat(future.getDelay(TimeUnit.NANOSECONDS)).isNegative();
    }
  }

  @ParameterizedTest
  @EnumSource
  void task_atAFutureTime_doesNotRunEarly(Schedulers kind) throws Exception {
    try (Subject subject = kind.start()) {
      Instant due = subject.scheduler().getClock().instant().plusMillis(50);
      AtomicReference<Instant> ran = new AtomicReference<>();
      ScheduledFuture<?> future = subject.scheduler().schedule(() -> ran.set(Instant.now()), due);
      assertThat(future.getDelay(TimeUnit.MILLISECONDS)).isLessThanOrEqualTo(50);
      await(future);
      // Spring goes by another clock, whose milliseconds may be longer.
      assertThat(ran.get()).isAfterOrEqualTo(due.minusMillis(2));
    }
  }

  @ParameterizedTest
  @EnumSource
  void taskThatThrows_failsItsFuture(Schedulers kind) {
    IllegalStateException failure = new IllegalStateException("on purpose");
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future =
          subject
              .scheduler()
              .schedule(
                  () -> {
                    throw failure;
                  },
                  Instant.now());
      assertThatThrownBy(() -> await(future))
          .isInstanceOf(ExecutionException.class)
          .hasCause(failure);
    }
  }

  @ParameterizedTest
  @EnumSource
  void errorHandler_receivesWhatAnyTaskThrows_andMaySwallowIt(Schedulers kind) throws Exception {
    List<String> handled = Collections.synchronizedList(new ArrayList<>());
    Semaphore each = new Semaphore(0);
    try (Subject subject =
        kind.start(
            Options.errors(
                error -> {
                  handled.add(error.getMessage());
                  each.release();
                }))) {
      TaskScheduler scheduler = subject.scheduler();
      await(scheduler.schedule(failing("once"), Instant.now()));
      take(each, 1);
      ScheduledFuture<?> rate = scheduler.scheduleAtFixedRate(failing("rate"), SHORT);
      take(each, 2);
      rate.cancel(false);
      ScheduledFuture<?> delay = scheduler.scheduleWithFixedDelay(failing("delay"), SHORT);
      take(each, 2);
      delay.cancel(false);
      ScheduledFuture<?> _ = scheduler.schedule(failing("trigger"), times(2, _ -> {}));
      take(each, 2);
    }
    assertThat(handled).contains("once", "rate", "delay", "trigger");
  }

  private static Runnable failing(String message) {
    return () -> {
      throw new IllegalStateException(message);
    };
  }

  @ParameterizedTest
  @EnumSource
  void errorHandlerThatThrows_endsARepeatedTask(Schedulers kind) {
    IllegalStateException failure = new IllegalStateException("handler");
    try (Subject subject =
        kind.start(
            Options.errors(
                _ -> {
                  throw failure;
                }))) {
      for (ScheduledFuture<?> future :
          List.of(
              subject.scheduler().scheduleAtFixedRate(failing("rate"), SHORT),
              subject.scheduler().scheduleWithFixedDelay(failing("delay"), SHORT),
              subject.scheduler().schedule(failing("trigger"), times(9, _ -> {})))) {
        assertThatThrownBy(() -> await(future)).hasCause(failure);
        assertThat(future.isDone()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void repeatedTaskThatThrows_goesOn(Schedulers kind) throws Exception {
    Semaphore each = new Semaphore(0);
    Runnable task =
        () -> {
          each.release();
          throw new IllegalStateException("logged");
        };
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> rate = subject.scheduler().scheduleAtFixedRate(task, SHORT);
      take(each, 3);
      rate.cancel(false);
      ScheduledFuture<?> _ = subject.scheduler().schedule(task, times(3, _ -> {}));
      take(each, 3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void periodicTask_cancelled_runsNoMore(Schedulers kind) throws Exception {
    Semaphore each = new Semaphore(0);
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future =
          subject.scheduler().scheduleAtFixedRate(each::release, Instant.now().plus(SHORT), SHORT);
      take(each, 3);
      assertThat(future.isDone()).isFalse();
      assertThat(future.cancel(false)).isTrue();
      assertThat(future.isCancelled()).isTrue();
      assertThat(future.isDone()).isTrue();
      assertThatThrownBy(() -> await(future)).isInstanceOf(CancellationException.class);
      Thread.sleep(100); // A run that had begun may end.
      each.drainPermits();
      assertThat(each.tryAcquire(30, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancelWithInterrupt_interruptsTheRun(Schedulers kind) throws Exception {
    try (Subject subject = kind.start()) {
      TaskScheduler scheduler = subject.scheduler();
      for (int way = 0; way < 3; way++) {
        CountDownLatch began = new CountDownLatch(1);
        Semaphore interrupted = new Semaphore(0);
        Runnable task =
            () -> {
              began.countDown();
              try {
                Thread.sleep(60_000);
              } catch (InterruptedException _) {
                interrupted.release();
              }
            };
        ScheduledFuture<?> future =
            switch (way) {
              case 0 -> scheduler.schedule(task, Instant.now());
              case 1 -> scheduler.scheduleWithFixedDelay(task, SHORT);
              default -> scheduler.schedule(task, times(9, _ -> {}));
            };
        began.await();
        assertThat(future.cancel(true)).isTrue();
        take(interrupted, 1);
        assertThat(future.isCancelled()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancelledTask_thatHasNotBegun_doesNotRun(Schedulers kind) throws Exception {
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future =
          subject.scheduler().schedule(runs::incrementAndGet, Instant.now().plusMillis(1_000));
      assertThat(future.cancel(false)).isTrue();
      assertThat(future.cancel(false)).isFalse();
      assertThatThrownBy(() -> await(future)).isInstanceOf(CancellationException.class);
      Thread.sleep(1_100);
      assertThat(runs).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void slowTaskAtAFixedRate_neverOverlaps_andMakesUp(Schedulers kind) throws Exception {
    AtomicBoolean inside = new AtomicBoolean();
    AtomicBoolean overlapped = new AtomicBoolean();
    Semaphore each = new Semaphore(0);
    Runnable slow =
        () -> {
          if (!inside.compareAndSet(false, true)) {
            overlapped.set(true);
          }
          pause(runs.incrementAndGet() == 1 ? 100 : 0);
          inside.set(false);
          each.release();
        };
    try (Subject subject = kind.start()) {
      long beganNanos = System.nanoTime();
      ScheduledFuture<?> future =
          subject.scheduler().scheduleAtFixedRate(slow, Duration.ofMillis(20));
      take(each, 7);
      long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
      future.cancel(false);
      assertThat(overlapped).isFalse();
      // The seventh run is due after 120 ms, though the first has taken 100.
      assertThat(tookMillis).isGreaterThanOrEqualTo(118);
    }
  }

  @ParameterizedTest
  @EnumSource
  void fixedDelay_countsFromTheEndOfARun(Schedulers kind) throws Exception {
    List<Long> began = Collections.synchronizedList(new ArrayList<>());
    List<Long> ended = Collections.synchronizedList(new ArrayList<>());
    Semaphore each = new Semaphore(0);
    Runnable slow =
        () -> {
          began.add(System.nanoTime());
          pause(20);
          ended.add(System.nanoTime());
          each.release();
        };
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future =
          subject.scheduler().scheduleWithFixedDelay(slow, Instant.now(), Duration.ofMillis(20));
      take(each, 3);
      future.cancel(false);
    }
    for (int run = 1; run < 3; run++) {
      assertThat(began.get(run) - ended.get(run - 1)).isGreaterThanOrEqualTo(20_000_000);
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @EnumSource
  void scheduler_afterItsEnd_refusesAll(Schedulers kind) {
    Subject subject = kind.start();
    subject.close();
    TaskScheduler ended = subject.scheduler();
    Runnable task = runs::incrementAndGet;
    Instant now = Instant.now();
    List<Supplier<ScheduledFuture<?>>> calls =
        List.of(
            () -> ended.schedule(task, now),
            () -> ended.schedule(task, times(1, _ -> {})),
            () -> ended.scheduleAtFixedRate(task, SHORT),
            () -> ended.scheduleAtFixedRate(task, now, SHORT),
            () -> ended.scheduleWithFixedDelay(task, SHORT),
            () -> ended.scheduleWithFixedDelay(task, now, SHORT));
    for (Supplier<ScheduledFuture<?>> call : calls) {
      assertThatThrownBy(call::get).isInstanceOf(TaskRejectedException.class);
    }
    assertThat(runs).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource
  void pendingTasks_atTheEnd_areCancelled(Schedulers kind) {
    Subject subject = kind.start();
    TaskScheduler scheduler = subject.scheduler();
    Instant later = Instant.now().plus(LONG);
    List<ScheduledFuture<?>> futures =
        List.of(
            scheduler.schedule(runs::incrementAndGet, later),
            scheduler.schedule(runs::incrementAndGet, _ -> later),
            scheduler.scheduleAtFixedRate(runs::incrementAndGet, later, LONG),
            scheduler.scheduleWithFixedDelay(runs::incrementAndGet, later, LONG));
    subject.close();
    for (ScheduledFuture<?> future : futures) {
      assertThat(future.isCancelled()).isTrue();
    }
    assertThat(runs).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource
  void periodOfZero_isRefused(Schedulers kind) {
    try (Subject subject = kind.start()) {
      TaskScheduler scheduler = subject.scheduler();
      assertThatThrownBy(() -> scheduler.scheduleAtFixedRate(() -> {}, Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> scheduler.scheduleWithFixedDelay(() -> {}, Duration.ofMillis(-1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void clock_ofTheUser_turnsTimesIntoDelays(Schedulers kind) throws Exception {
    Clock still = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    try (Subject subject = kind.start(new Options(null, still, null))) {
      assertThat(subject.scheduler().getClock()).isSameAs(still);
      await(subject.scheduler().schedule(runs::incrementAndGet, Instant.EPOCH.plusMillis(20)));
      assertThat(runs).hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void pausedScheduler_beginsTasksWhenItIsStartedAgain(Schedulers kind) throws Exception {
    CountDownLatch began = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    try (Subject subject = kind.start()) {
      assertThat(subject.lifecycle().isRunning()).isTrue();
      ScheduledFuture<?> first =
          subject
              .scheduler()
              .schedule(
                  () -> {
                    began.countDown();
                    try {
                      goOn.await();
                    } catch (InterruptedException _) {
                      Thread.currentThread().interrupt();
                    }
                  },
                  Instant.now());
      began.await();
      subject.lifecycle().stop(stopped::countDown);
      assertThat(subject.lifecycle().isRunning()).isFalse();
      ScheduledFuture<?> second =
          subject.scheduler().schedule(runs::incrementAndGet, Instant.now());
      assertThatThrownBy(() -> second.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(stopped.getCount()).isEqualTo(1);
      goOn.countDown();
      await(first);
      assertThat(stopped.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(runs).hasValue(0);
      subject.lifecycle().start();
      await(second);
      assertThat(runs).hasValue(1);
    }
  }
}
