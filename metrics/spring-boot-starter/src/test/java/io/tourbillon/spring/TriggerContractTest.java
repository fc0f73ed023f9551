package io.tourbillon.spring;

import static io.tourbillon.spring.Schedulers.await;
import static io.tourbillon.spring.Schedulers.take;
import static io.tourbillon.spring.Schedulers.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tourbillon.spring.Schedulers.Options;
import io.tourbillon.spring.Schedulers.Subject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.support.CronTrigger;

/** Triggers, cron expressions and decorators, on Spring's scheduler and on ours. */
@Timeout(30)
class TriggerContractTest {
  private static final Duration SHORT = Duration.ofMillis(5);

  private final AtomicInteger runs = new AtomicInteger();

  @ParameterizedTest
  @EnumSource
  void triggeredTask_cancelled_runsNoMore(Schedulers kind) throws Exception {
    Semaphore each = new Semaphore(0);
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future =
          subject.scheduler().schedule(each::release, times(1_000_000, _ -> {}));
      take(each, 3);
      assertThat(future.isDone()).isFalse();
      assertThat(future.cancel(false)).isTrue();
      assertThat(future.isCancelled()).isTrue();
      assertThat(future.isDone()).isTrue();
      Thread.sleep(100); // A run that had begun may end.
      each.drainPermits();
      assertThat(each.tryAcquire(30, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void triggerWithoutATime_givesNoFuture(Schedulers kind) {
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> none =
          subject.scheduler().schedule(runs::incrementAndGet, times(0, _ -> {}));
      assertThat((Object) none).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void trigger_seesTheTimesOfTheLastRun(Schedulers kind) throws Exception {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch last = new CountDownLatch(4);
    Trigger trigger =
        times(
            3,
            context -> {
              if (context.lastCompletion() == null) {
                seen.add(context.lastScheduledExecution() + " " + context.lastActualExecution());
              } else {
                boolean inOrder =
                    !context
                            .lastActualExecution()
                            .isBefore(context.lastScheduledExecution().minusMillis(2))
                        && !context.lastCompletion().isBefore(context.lastActualExecution());
                seen.add(inOrder ? "in order" : context.toString());
              }
              last.countDown();
            });
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future = subject.scheduler().schedule(runs::incrementAndGet, trigger);
      assertThat(last.await(10, TimeUnit.SECONDS)).isTrue();
      await(future);
      assertThat(future.isDone()).isTrue();
      assertThat(future.isCancelled()).isFalse();
      assertThat(future.cancel(false)).isFalse();
    }
    assertThat(runs).hasValue(3);
    assertThat(seen).containsExactly("null null", "in order", "in order", "in order");
  }

  @ParameterizedTest
  @EnumSource
  void triggerThatThrows_endsTheSeries_andFailsTheFuture(Schedulers kind) {
    IllegalStateException failure = new IllegalStateException("trigger");
    AtomicInteger asked = new AtomicInteger();
    Trigger trigger =
        context -> {
          if (asked.incrementAndGet() > 1) {
            throw failure;
          }
          return context.getClock().instant().plus(SHORT);
        };
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future = subject.scheduler().schedule(runs::incrementAndGet, trigger);
      assertThatThrownBy(() -> await(future)).hasCause(failure);
      assertThatThrownBy(() -> subject.scheduler().schedule(runs::incrementAndGet, trigger))
          .isSameAs(failure);
    }
    assertThat(runs).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource
  void cron_runsOnceInEachSecond_notBeforeIt(Schedulers kind) throws Exception {
    List<Instant> due = Collections.synchronizedList(new ArrayList<>());
    List<Instant> ran = Collections.synchronizedList(new ArrayList<>());
    Semaphore each = new Semaphore(0);
    CronTrigger cron = new CronTrigger("* * * * * *");
    Trigger trigger =
        context -> {
          Instant next = Objects.requireNonNull(cron.nextExecution(context));
          due.add(next);
          return next;
        };
    try (Subject subject = kind.start()) {
      ScheduledFuture<?> future =
          subject
              .scheduler()
              .schedule(
                  () -> {
                    ran.add(Instant.now());
                    each.release();
                  },
                  trigger);
      take(each, 2);
      future.cancel(false);
    }
    assertThat(due.get(1)).isAfter(due.get(0));
    for (int run = 0; run < 2; run++) {
      assertThat(due.get(run)).isEqualTo(due.get(run).truncatedTo(ChronoUnit.SECONDS));
      // Spring goes by another clock, and may be a little early.
      assertThat(ran.get(run).plusMillis(2)).isAfterOrEqualTo(due.get(run));
    }
  }

  @ParameterizedTest
  @EnumSource
  void decorator_wrapsEachTaskOnce_andEachRunOfATriggeredOne(Schedulers kind) throws Exception {
    AtomicInteger decorated = new AtomicInteger();
    AtomicInteger around = new AtomicInteger();
    Options options =
        new Options(
            null,
            null,
            task -> {
              decorated.incrementAndGet();
              return () -> {
                around.incrementAndGet();
                task.run();
              };
            });
    Semaphore each = new Semaphore(0);
    try (Subject subject = kind.start(options)) {
      TaskScheduler scheduler = subject.scheduler();
      await(scheduler.schedule(runs::incrementAndGet, Instant.now()));
      assertThat(decorated).hasValue(1);
      ScheduledFuture<?> future = scheduler.scheduleAtFixedRate(each::release, SHORT);
      take(each, 3);
      future.cancel(false);
      assertThat(decorated).hasValue(2);
      CountDownLatch done = new CountDownLatch(4);
      ScheduledFuture<?> _ =
          scheduler.schedule(runs::incrementAndGet, times(3, _ -> done.countDown()));
      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(decorated).hasValue(5);
      assertThat(around.get()).isGreaterThanOrEqualTo(7);
    }
  }
}
