package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's contract for tasks and futures, on a virtual clock. */
class ScheduledExecutorViewTest {
  private static final Runnable NOTHING = Thread::onSpinWait;

  private final VirtualClock clock = new VirtualClock(Long.MAX_VALUE - 1_000_000);
  private final List<Object> failures = new ArrayList<>();
  private final TimerService timers =
      TimerService.builder()
          .clock(clock)
          .exceptionHandler(
              (task, error) -> {
                failures.add(task);
                failures.add(error);
              })
          .build();
  private final ScheduledExecutorService view = timers.asScheduledExecutor();
  private final AtomicInteger runs = new AtomicInteger();
  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void close() {
    released.countDown();
    timers.close();
  }

  private void advance(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  // Once.

  @Test
  void asScheduledExecutor_twice_independentViews() {
    ScheduledExecutorService other = timers.asScheduledExecutor();
    assertNotSame(view, other);
    other.shutdown();
    assertFalse(view.isShutdown());
  }

  @Test
  void schedule_runnable_runsWhenDueAndNotBefore() throws Exception {
    ScheduledFuture<?> future = view.schedule(runs::incrementAndGet, 10, MILLISECONDS);
    advance(9);
    assertEquals(0, runs.get());
    assertFalse(future.isDone());
    advance(1);
    assertEquals(1, runs.get());
    assertEquals(Future.State.SUCCESS, future.state());
    advance(100);
    assertEquals(1, runs.get());
  }

  @Test
  void schedule_callable_futureHasItsValue() throws Exception {
    ScheduledFuture<String> future = view.schedule(() -> "done", 1, SECONDS);
    assertThrows(TimeoutException.class, () -> future.get(1, MILLISECONDS));
    advance(1000);
    assertEquals("done", future.get());
    assertEquals("done", future.resultNow());
  }

  @Test
  void schedule_taskThrows_futureFailsAndNobodyElseIsTold() {
    Exception failure = new Exception("checked");
    ScheduledFuture<Object> future =
        view.schedule(
            () -> {
              throw failure;
            },
            1,
            MILLISECONDS);
    advance(1);
    assertSame(failure, assertThrows(ExecutionException.class, future::get).getCause());
    assertSame(failure, future.exceptionNow());
    assertEquals(List.of(), failures);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void schedule_delayOfZeroOrLess_runsAtNextTick(long delay) {
    ScheduledFuture<?> future = view.schedule(runs::incrementAndGet, delay, SECONDS);
    assertTrue(future.getDelay(NANOSECONDS) <= 0);
    advance(1);
    assertEquals(1, runs.get());
  }

  @Test
  void schedule_delayOverflows_waitsForLongest() {
    ScheduledFuture<?> far = view.schedule(NOTHING, Long.MAX_VALUE, DAYS);
    ScheduledFuture<?> near = view.schedule(NOTHING, 1, DAYS);
    assertTrue(far.getDelay(DAYS) > 365 * 100);
    assertTrue(near.compareTo(far) < 0);
    clock.advance(Duration.ofDays(365 * 10));
    assertTrue(near.isDone());
    assertFalse(far.isDone());
    assertTrue(far.cancel(false));
  }

  @Test
  void execute_manyCommands_eachRunsOnce() {
    List<Integer> ran = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      int number = i;
      expected.add(number);
      view.execute(() -> ran.add(number));
    }
    advance(0);
    assertEquals(expected, ran);
  }

  @Test
  void execute_commandThrows_exceptionHandlerIsTold() {
    IllegalStateException failure = new IllegalStateException();
    Runnable command =
        () -> {
          throw failure;
        };
    view.execute(command);
    advance(1);
    assertEquals(List.of(command, failure), failures);
  }

  @Test
  void submit_threeForms_futuresHaveTheirResults() throws Exception {
    Runnable counting = runs::incrementAndGet;
    Future<?> runnable = view.submit(counting);
    Future<String> withResult = view.submit(NOTHING, "result");
    Future<String> callable = view.submit(() -> "value");
    advance(1);
    assertEquals(1, runs.get());
    assertNull(runnable.get());
    assertEquals("result", withResult.get());
    assertEquals("value", callable.get());
  }

  @Test
  void schedule_fromInsideTask_runs() {
    AtomicReference<Future<?>> inner = new AtomicReference<>();
    view.execute(() -> inner.set(view.schedule(runs::incrementAndGet, 1, MILLISECONDS)));
    advance(3);
    assertEquals(1, runs.get());
    assertTrue(inner.get().isDone());
  }

  // One-shot tasks.

  @Test
  void scheduleAtFixedRate_runsAtMultiplesOfPeriod() {
    List<Long> times = new ArrayList<>();
    long start = clock.nanoTime();
    ScheduledFuture<?> future =
        view.scheduleAtFixedRate(
            () -> times.add(NANOSECONDS.toMillis(clock.nanoTime() - start)), 5, 10, MILLISECONDS);
    assertTrue(((RunnableScheduledFuture<?>) future).isPeriodic());
    advance(36);
    assertEquals(List.of(5L, 15L, 25L, 35L), times);
    assertFalse(future.isDone());
    assertEquals(1, timers.pending());
  }

  @Test
  void scheduleAtFixedRate_ticksMissed_areAllMadeUpFor() {
    ScheduledFuture<?> _ = view.scheduleAtFixedRate(runs::incrementAndGet, 10, 10, MILLISECONDS);
    clock.jump(Duration.ofMillis(1_005));
    advance(1);
    assertEquals(100, runs.get());
    advance(4);
    assertEquals(101, runs.get());
  }

  @Test
  void scheduleWithFixedDelay_countsFromEndOfRun() {
    ScheduledFuture<?> _ = view.scheduleWithFixedDelay(runs::incrementAndGet, 1, 10, MILLISECONDS);
    clock.jump(Duration.ofSeconds(1));
    advance(0);
    assertEquals(1, runs.get());
    advance(9);
    assertEquals(1, runs.get());
    advance(2);
    assertEquals(2, runs.get());
  }

  @Test
  void scheduleAtFixedRate_runThrows_isItsLastAndReported() {
    RuntimeException failure = new RuntimeException();
    Runnable task =
        () -> {
          if (runs.incrementAndGet() == 3) {
            throw failure;
          }
        };
    ScheduledFuture<?> future = view.scheduleAtFixedRate(task, 1, 1, MILLISECONDS);
    advance(10);
    assertEquals(3, runs.get());
    assertSame(failure, assertThrows(ExecutionException.class, future::get).getCause());
    assertEquals(List.of(task, failure), failures);
    assertEquals(0, timers.pending());
  }

  @Test
  void scheduleAtFixedRate_cancelledFromInside_runsNoMore() {
    AtomicReference<ScheduledFuture<?>> self = new AtomicReference<>();
    self.set(
        view.scheduleAtFixedRate(
            () -> {
              if (runs.incrementAndGet() == 2) {
                assertTrue(self.get().cancel(false));
              }
            },
            1,
            1,
            MILLISECONDS));
    advance(10);
    assertEquals(2, runs.get());
    assertTrue(self.get().isCancelled());
    assertEquals(0, timers.pending());
    assertEquals(List.of(), failures);
  }

  @Test
  void scheduleAtFixedRate_maxPendingReached_keepsItsPlaceBetweenRuns() {
    TimerService one = TimerService.builder().clock(clock).maxPending(1).build();
    ScheduledExecutorService only = one.asScheduledExecutor();
    ScheduledFuture<?> periodic =
        only.scheduleAtFixedRate(
            () -> {
              runs.incrementAndGet();
              assertThrows(RejectedExecutionException.class, () -> only.execute(NOTHING));
            },
            1,
            1,
            MILLISECONDS);
    advance(5);
    assertEquals(5, runs.get());
    assertFalse(periodic.isDone());
    one.close();
  }

  // Delays and comparison.

  @Test
  void getDelay_asTimeGoesBy_shrinksBelowZero() {
    ScheduledFuture<?> future = view.schedule(NOTHING, 10, MILLISECONDS);
    assertEquals(10, future.getDelay(MILLISECONDS));
    clock.advance(Duration.ofNanos(2_500_000));
    assertEquals(7_500, future.getDelay(MICROSECONDS));
    advance(10);
    assertTrue(future.getDelay(NANOSECONDS) < 0);
  }

  @Test
  void getDelay_periodic_isUntilNextRun() {
    ScheduledFuture<?> future = view.scheduleAtFixedRate(NOTHING, 10, 20, MILLISECONDS);
    assertEquals(10, future.getDelay(MILLISECONDS));
    advance(15);
    assertEquals(15, future.getDelay(MILLISECONDS));
  }

  @Test
  void compareTo_ordersByDeadline() {
    ScheduledFuture<?> early = view.schedule(NOTHING, 1, SECONDS);
    ScheduledFuture<?> late = view.scheduleWithFixedDelay(NOTHING, 2, 1, SECONDS);
    ScheduledFuture<?> foreign = new ScheduledThreadPoolExecutor(0).schedule(NOTHING, 1, DAYS);
    assertTrue(early.compareTo(late) < 0);
    assertTrue(late.compareTo(early) > 0);
    ScheduledFuture<?> same = early;
    assertEquals(0, early.compareTo(same));
    assertTrue(early.compareTo(view.schedule(NOTHING, 1, SECONDS)) < 0, "by submission");
    assertTrue(early.compareTo(foreign) < 0);
    assertTrue(foreign.compareTo(early) > 0);
  }

  // Cancelling.

  @Test
  void cancel_beforeRun_freesTimerAtOnce() {
    ScheduledFuture<?> future = view.schedule(runs::incrementAndGet, 10, MILLISECONDS);
    assertEquals(1, timers.pending());
    assertTrue(future.cancel(false));
    assertEquals(0, timers.pending());
    assertFalse(future.cancel(false));
    assertThrows(CancellationException.class, future::get);
    advance(20);
    assertEquals(0, runs.get());
  }

  @Test
  void cancel_periodic_freesTimerAtOnce() {
    ScheduledFuture<?> future = view.scheduleAtFixedRate(runs::incrementAndGet, 1, 1, MILLISECONDS);
    advance(3);
    assertTrue(future.cancel(true));
    assertEquals(0, timers.pending());
    advance(3);
    assertEquals(3, runs.get());
  }

  @Test
  void cancel_afterRun_isFalse() {
    ScheduledFuture<?> future = view.schedule(NOTHING, 1, MILLISECONDS);
    advance(1);
    assertFalse(future.cancel(true));
    assertFalse(future.isCancelled());
  }

  @Test
  void cancel_byTaskOfTheSameTick_otherDoesNotRun() {
    List<ScheduledFuture<?>> both = new ArrayList<>();
    Runnable cancelsBoth =
        () -> {
          runs.incrementAndGet();
          both.forEach(future -> future.cancel(false));
        };
    both.add(view.schedule(cancelsBoth, 5, MILLISECONDS));
    both.add(view.schedule(cancelsBoth, 5, MILLISECONDS));
    advance(5);
    assertEquals(1, runs.get());
    assertTrue(both.stream().allMatch(Future::isCancelled));
  }

  @Test
  void run_byStranger_runsTaskOnce() {
    RunnableScheduledFuture<?> future =
        (RunnableScheduledFuture<?>) view.schedule(runs::incrementAndGet, 1, MILLISECONDS);
    future.run();
    advance(1);
    assertEquals(1, runs.get());
  }

  // invokeAll and invokeAny.

  @Test
  void invokeAll_someFail_allAreDone() throws Exception {
    clock.autoAdvance(true);
    List<Future<String>> futures =
        view.invokeAll(
            List.of(
                () -> "a",
                () -> {
                  throw new Exception("b");
                },
                () -> "c"));
    assertEquals("a", futures.get(0).resultNow());
    assertEquals("b", futures.get(1).exceptionNow().getMessage());
    assertEquals("c", futures.get(2).resultNow());
    assertInstanceOf(ScheduledFuture.class, futures.get(0));
  }

  @Test
  void invokeAll_timeoutPasses_cancelsWhatHasNotRun() throws Exception {
    holdDriver();
    List<Future<String>> futures = view.invokeAll(List.of(() -> "never"), 1, MILLISECONDS);
    assertTrue(futures.getFirst().isCancelled());
    assertEquals(0, timers.pending());
  }

  @Test
  void invokeAny_oneSucceeds_isTheResult() throws Exception {
    clock.autoAdvance(true);
    String any =
        view.invokeAny(
            List.of(
                () -> {
                  throw new Exception();
                },
                () -> "good"));
    assertEquals("good", any);
  }

  @Test
  void invokeAny_allFail_throwsOneOfTheirs() {
    clock.autoAdvance(true);
    Exception failure = new Exception();
    ExecutionException thrown =
        assertThrows(
            ExecutionException.class,
            () ->
                view.invokeAny(
                    List.of(
                        () -> {
                          throw failure;
                        })));
    assertSame(failure, thrown.getCause());
  }

  @Test
  void invokeAny_timeoutPasses_cancelsAllAndThrows() {
    holdDriver();
    assertThrows(
        TimeoutException.class, () -> view.invokeAny(List.of(() -> "never"), 1, MILLISECONDS));
    assertEquals(0, timers.pending());
  }

  /** Blocks the driver until the end of the test. */
  private void holdDriver() {
    CountDownLatch begun = new CountDownLatch(1);
    view.execute(
        () -> {
          begun.countDown();
          awaitUninterruptibly(released);
        });
    awaitUninterruptibly(begun);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(50, SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void invokeAny_oneIsNull_cancelsThoseBefore() {
    List<Callable<String>> tasks = new ArrayList<>();
    tasks.add(() -> "perhaps");
    tasks.add(null);
    assertThrows(NullPointerException.class, () -> view.invokeAny(tasks));
    advance(0);
    assertEquals(0, timers.pending());
    assertThrows(IllegalArgumentException.class, () -> view.invokeAny(List.of()));
  }

  // Invalid arguments.

  @Test
  void arguments_null_nameThemselves() {
    Runnable none = null;
    assertNames("command", () -> view.execute(null));
    assertNames("command", () -> view.schedule(none, 1, SECONDS));
    assertNames("unit", () -> view.schedule(NOTHING, 1, null));
    assertNames("unit", () -> view.schedule(Executors.callable(NOTHING), 1, null));
    assertNames("command", () -> view.scheduleAtFixedRate(null, 1, 1, SECONDS));
    assertNames("unit", () -> view.scheduleWithFixedDelay(NOTHING, 1, 1, null));
    assertNames("tasks", () -> view.invokeAny(null));
    assertNames("unit", () -> view.invokeAny(List.of(), 1, null));
  }

  private static void assertNames(String argument, Executable call) {
    assertEquals(argument, assertThrows(NullPointerException.class, call).getMessage());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void schedulePeriodic_periodNotPositive_isRefusedWithTheValue(long period) {
    assertEquals(
        "period must be more than zero: " + period,
        assertThrows(
                IllegalArgumentException.class,
                () -> view.scheduleAtFixedRate(NOTHING, 0, period, SECONDS))
            .getMessage());
    assertEquals(
        "delay must be more than zero: " + period,
        assertThrows(
                IllegalArgumentException.class,
                () -> view.scheduleWithFixedDelay(NOTHING, 0, period, SECONDS))
            .getMessage());
  }

  @Test
  void schedulePeriodic_everythingOverflows_runsOnce() {
    ScheduledFuture<?> future =
        view.scheduleWithFixedDelay(runs::incrementAndGet, Long.MIN_VALUE, Long.MAX_VALUE, DAYS);
    clock.advance(Duration.ofDays(365));
    assertEquals(1, runs.get());
    assertFalse(future.isDone());
  }

  @Test
  void schedule_maxPendingReached_isRefusedAndForgotten() {
    TimerService one = TimerService.builder().clock(clock).maxPending(1).build();
    ScheduledExecutorService only = one.asScheduledExecutor();
    ScheduledFuture<?> first = only.schedule(NOTHING, 1, SECONDS);
    RejectedExecutionException refusal =
        assertThrows(RejectedExecutionException.class, () -> only.schedule(NOTHING, 1, SECONDS));
    assertTrue(refusal.getMessage().contains("1"), refusal.getMessage());
    assertTrue(first.cancel(false));
    ScheduledFuture<?> second = only.schedule(NOTHING, 1, SECONDS);
    only.shutdown();
    advance(1000);
    assertTrue(second.isDone());
    assertTrue(only.isTerminated());
    one.close();
  }
}
