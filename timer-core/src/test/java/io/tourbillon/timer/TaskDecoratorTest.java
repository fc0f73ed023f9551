package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.netty.NettyTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A decorator carries a context from the thread that schedules a task to its runs. */
class TaskDecoratorTest {
  private static final Duration TEN = Duration.ofMillis(10);
  private static final ThreadLocal<String> CONTEXT = ThreadLocal.withInitial(() -> "none");

  private final VirtualClock clock = new VirtualClock();
  private final Failures failures = new Failures();
  private final List<String> seen = new ArrayList<>();

  /** Closed by each test's end. */
  private @Nullable TimerService open;

  @AfterEach
  void close() {
    if (open != null) {
      open.close();
    }
    CONTEXT.remove();
  }

  private TimerService newService(TaskDecorator decorator) {
    TimerService timers =
        TimerService.builder().clock(clock).exceptionHandler(failures).decorator(decorator).build();
    open = timers;
    return timers;
  }

  /** Runs the task in the context of the thread that schedules it. */
  private static Runnable inContext(Runnable task) {
    String context = CONTEXT.get();
    return () -> {
      CONTEXT.set(context);
      try {
        task.run();
      } finally {
        CONTEXT.remove();
      }
    };
  }

  private void see() {
    seen.add(CONTEXT.get());
  }

  @Test
  @SuppressWarnings("FutureReturnValueIgnored") // Only the call matters.
  void everyWayToSchedule_runsInTheContextOfTheScheduler() {
    TimerService timers = newService(TaskDecoratorTest::inContext);
    TimerOptions options = TimerOptions.tagged("t");
    List<Runnable> ways =
        List.of(
            () -> timers.schedule(TEN, this::see),
            () -> timers.schedule(10, MILLISECONDS, this::see),
            () -> timers.schedule(TEN, this::see, options),
            () -> timers.scheduleAtFixedRate(TEN, Duration.ofHours(1), this::see),
            () -> timers.scheduleWithFixedDelay(TEN, Duration.ofHours(1), this::see),
            () -> timers.scheduleAt(clock.wallClock().instant().plus(TEN), this::see),
            () -> timers.arm(10, MILLISECONDS, this::see),
            () -> timers.arm(10, MILLISECONDS, this::see, options),
            () -> timers.armAt(clock.nanoTime() + TEN.toNanos(), this::see),
            () -> timers.after(TEN).thenRun(this::see),
            () -> timers.completeOnTimeout(new CompletableFuture<>(), "", TEN).thenRun(this::see),
            () -> timers.delayedExecutor(TEN).execute(this::see),
            () -> timers.asScheduledExecutor().schedule(this::see, 10, MILLISECONDS),
            () ->
                timers.asScheduledExecutor().scheduleAtFixedRate(this::see, 10, 1000, MILLISECONDS),
            () -> new NettyTimer(timers).newTimeout(_ -> see(), 10, MILLISECONDS));
    for (int way = 0; way < ways.size(); way++) {
      CONTEXT.set("way " + way);
      ways.get(way).run();
    }
    CONTEXT.remove();
    clock.advance(TEN.plusMillis(1));
    List<String> expected = new ArrayList<>();
    for (int way = 0; way < ways.size(); way++) {
      expected.add("way " + way);
    }
    seen.sort(null);
    expected.sort(null);
    assertEquals(expected, seen);
  }

  @Test
  void periodicTimer_isDecoratedOnceAndRunsInItsContextEachTime() {
    List<Runnable> decorated = new ArrayList<>();
    TimerService timers =
        newService(
            task -> {
              decorated.add(task);
              return inContext(task);
            });
    CONTEXT.set("periodic");
    timers.scheduleAtFixedRate(TEN, TEN, this::see);
    clock.advance(Duration.ofMillis(35));
    assertEquals(List.of("periodic", "periodic", "periodic"), seen);
    assertEquals(1, decorated.size());
  }

  @Test
  void reports_nameTheOriginal() {
    TimerService timers = newService(TaskDecoratorTest::inContext);
    Runnable failing =
        () -> {
          throw new IllegalStateException("the task's");
        };
    timers.schedule(TEN, failing);
    clock.advance(TEN);
    assertSame(failing, failures.one().task());
    timers.schedule(TEN, NoTask.NOTHING);
    timers.arm(10, MILLISECONDS, NoTask.NOTHING);
    timers.scheduleAtFixedRate(TEN, TEN, NoTask.NOTHING);
    assertEquals(List.of(NoTask.NOTHING, NoTask.NOTHING, NoTask.NOTHING), timers.shutdownNow());
  }

  @Test
  void decoratorThatThrowsOrReturnsNull_schedulesNothing() {
    IllegalStateException broken = new IllegalStateException("no context");
    TimerService throwing =
        newService(
            _ -> {
              throw broken;
            });
    assertSame(
        broken,
        assertThrows(IllegalStateException.class, () -> throwing.schedule(TEN, NoTask.NOTHING)));
    assertSame(
        broken,
        assertThrows(
            IllegalStateException.class,
            () -> throwing.asScheduledExecutor().execute(NoTask.NOTHING)));
    NettyTimer netty = new NettyTimer(throwing);
    assertSame(
        broken,
        assertThrows(
            IllegalStateException.class, () -> netty.newTimeout(_ -> {}, 1, MILLISECONDS)));
    assertEquals(0, netty.stop().size());
    assertEquals(0, throwing.pending());
    throwing.close();
    TimerService nothing = newService(new ReturnsNull());
    assertEquals(
        "the task decorator must return a task",
        assertThrows(NullPointerException.class, () -> nothing.arm(1, MILLISECONDS, this::see))
            .getMessage());
    assertEquals(0, nothing.pending());
  }

  private static final class ReturnsNull implements TaskDecorator {
    @Override
    @SuppressWarnings("NullAway") // The rule that is tested.
    public Runnable decorate(Runnable task) {
      return null;
    }
  }

  /** Nothing else would ever complete what an adapter waits for. */
  @Test
  void decoratorThatDoesNotRunTheTask_failsTheFutures() {
    TimerService timers = newService(_ -> NoTask.NOTHING);
    CompletableFuture<?> after = timers.after(TEN);
    ScheduledFuture<?> future =
        timers.asScheduledExecutor().schedule(this::see, 10, TimeUnit.MILLISECONDS);
    clock.advance(TEN);
    for (Throwable failure : List.of(after.exceptionNow(), future.exceptionNow())) {
      assertInstanceOf(RejectedExecutionException.class, failure);
      assertEquals("the task decorator did not run the task", failure.getMessage());
    }
    assertEquals(0, timers.pending());
  }

  @Test
  void wrapperThatThrows_failsTheFutureAndIsReported() {
    IllegalStateException broken = new IllegalStateException("cannot set the context");
    TimerService timers =
        newService(
            _ ->
                () -> {
                  throw broken;
                });
    CompletableFuture<?> after = timers.after(TEN);
    clock.advance(TEN);
    assertSame(broken, after.exceptionNow().getCause());
    assertSame(broken, failures.one().error());
  }

  @Test
  void cancelledFuture_cancelsItsTimer() {
    TimerService timers = newService(TaskDecoratorTest::inContext);
    assertTrue(timers.after(TEN).cancel(false));
    assertTrue(timers.asScheduledExecutor().schedule(this::see, 1, TimeUnit.HOURS).cancel(false));
    assertEquals(0, timers.pending());
  }

  @Test
  void executor_runsInTheContextToo() {
    List<Runnable> given = new ArrayList<>();
    Executor later = given::add;
    try (TimerService timers =
        TimerService.builder()
            .clock(clock)
            .executor(later)
            .decorator(TaskDecoratorTest::inContext)
            .build()) {
      CONTEXT.set("caller");
      timers.schedule(TEN, this::see);
      CONTEXT.remove();
      clock.advance(TEN);
      given.getFirst().run();
      assertEquals(List.of("caller"), seen);
    }
  }

  private static final ScopedValue<String> USER = ScopedValue.newInstance();
  private static final ScopedValue<@Nullable String> TENANT = ScopedValue.newInstance();

  private void seeScopedValues() {
    seen.add(USER.orElse("nobody") + " of " + (TENANT.isBound() ? TENANT.get() : "nowhere"));
  }

  @Test
  void scopedValues_thatWereBoundAtTheScheduler_areBoundInEachRun() {
    TimerService timers = newService(TaskDecorator.ofScopedValues(USER, TENANT));
    ScopedValue.where(USER, "Ann")
        .run(() -> timers.scheduleAtFixedRate(TEN, TEN, this::seeScopedValues));
    ScopedValue.where(TENANT, null).run(() -> timers.arm(15, MILLISECONDS, this::seeScopedValues));
    timers.arm(25, MILLISECONDS, this::seeScopedValues);
    clock.advance(Duration.ofMillis(26));
    assertEquals(
        List.of("Ann of nowhere", "nobody of null", "Ann of nowhere", "nobody of nowhere"), seen);
  }

  @Test
  void scopedValues_ofNoKey_areRefused() {
    assertEquals(
        "keys must name at least one scoped value: []",
        assertThrows(IllegalArgumentException.class, TaskDecorator::ofScopedValues).getMessage());
  }

  @Test
  void around_isTheOrderOfTheWrappers() {
    TimerService timers = newService(noting("outer").around(noting("inner")));
    timers.arm(1, MILLISECONDS, () -> seen.add("task"));
    clock.advance(TEN);
    assertEquals(List.of("outer begins", "inner begins", "task", "inner ends", "outer ends"), seen);
  }

  private TaskDecorator noting(String name) {
    return task ->
        () -> {
          seen.add(name + " begins");
          task.run();
          seen.add(name + " ends");
        };
  }
}
