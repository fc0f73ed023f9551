package io.tourbillon.adoption;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ConcurrentTaskScheduler;
import org.springframework.scheduling.support.PeriodicTrigger;

/** Spring's task scheduler and {@code @Scheduled}. */
class SpringTest extends AdoptionTest {
  private final AtomicInteger runs = new AtomicInteger();

  @ParameterizedTest
  @EnumSource
  void schedule_atAnInstant_isNotEarly(Subject subject) throws Exception {
    ConcurrentTaskScheduler scheduler = SpringRecipe.scheduler(open(subject));
    Instant due = Instant.now().plusMillis(30);
    Future<?> task =
        scheduler.schedule(
            () -> {
              runs.incrementAndGet();
              // Spring computes the delay once, by the wall clock, in nanoseconds.
              assertFalse(Instant.now().isBefore(due.minusMillis(1)));
            },
            due);
    task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertEquals(1, runs.get());
  }

  @ParameterizedTest
  @EnumSource
  void schedule_withATrigger_runsUntilItIsCancelled(Subject subject) throws Exception {
    TimeSource source = open(subject);
    ConcurrentTaskScheduler scheduler = SpringRecipe.scheduler(source);
    ScheduledFuture<?> task =
        scheduler.schedule(runs::incrementAndGet, new PeriodicTrigger(Duration.ofMillis(2)));
    await(() -> runs.get() >= 5, () -> "runs: " + runs);
    assertTrue(task.cancel(false));
    awaitNonePending(source);
    assertTrue(task.isCancelled());
  }

  @ParameterizedTest
  @EnumSource
  void scheduleAtFixedRate_goesOn_thoughTheTaskFails(Subject subject) throws Exception {
    TimeSource source = open(subject);
    ConcurrentTaskScheduler scheduler = SpringRecipe.scheduler(source);
    AtomicInteger failures = new AtomicInteger();
    scheduler.setErrorHandler(failure -> failures.incrementAndGet());
    ScheduledFuture<?> task =
        scheduler.scheduleAtFixedRate(
            () -> {
              throw new IllegalStateException("run " + runs.incrementAndGet());
            },
            Duration.ofMillis(2));
    await(() -> runs.get() >= 5 && failures.get() >= 4, () -> runs + " runs, " + failures);
    assertTrue(task.getDelay(TimeUnit.MILLISECONDS) <= 2);
    assertTrue(task.cancel(true));
    awaitNonePending(source);
  }

  @ParameterizedTest
  @EnumSource
  void scheduleWithFixedDelay_startsInThePast_atOnce(Subject subject) throws Exception {
    TimeSource source = open(subject);
    ConcurrentTaskScheduler scheduler = SpringRecipe.scheduler(source);
    ScheduledFuture<?> task =
        scheduler.scheduleWithFixedDelay(
            runs::incrementAndGet, Instant.now().minusSeconds(5), Duration.ofHours(1));
    await(() -> runs.get() == 1, () -> "runs: " + runs);
    assertTrue(task.cancel(false));
    assertEquals(1, runs.get());
  }

  @ParameterizedTest
  @EnumSource
  void task_afterTheEnd_isRejected(Subject subject) {
    TimeSource source = open(subject);
    ConcurrentTaskScheduler scheduler = SpringRecipe.scheduler(source);
    source.close();
    TaskRejectedException refusal =
        assertThrows(
            TaskRejectedException.class,
            () -> scheduler.schedule(runs::incrementAndGet, Instant.now()));
    assertCause(RejectedExecutionException.class, refusal);
  }

  @ParameterizedTest
  @EnumSource
  void annotatedMethods_run_untilTheContextIsClosed(Subject subject) throws Exception {
    TimeSource source = open(subject);
    try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
      context.registerBean(TaskScheduler.class, () -> SpringRecipe.scheduler(source));
      context.registerBean(Beats.class);
      context.register(Scheduling.class);
      context.refresh();
      Beats beats = context.getBean(Beats.class);
      await(() -> beats.count.get() >= 5, () -> "beats: " + beats.count);
    }
    awaitNonePending(source);
  }

  @EnableScheduling
  static class Scheduling {}

  static class Beats {
    final AtomicInteger count = new AtomicInteger();

    @Scheduled(fixedRate = 2)
    void beat() {
      count.incrementAndGet();
    }
  }
}
