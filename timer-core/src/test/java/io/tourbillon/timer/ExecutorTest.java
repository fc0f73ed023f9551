package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks that run outside of the driver, and executors that refuse tasks. */
class ExecutorTest {
  private static final Duration TEN = Duration.ofMillis(10);
  private static final TimerOptions STOP =
      TimerOptions.builder().onException(OnException.STOP).build();

  private final VirtualClock clock = new VirtualClock();
  private final QueueingExecutor queue = new QueueingExecutor();
  private final Failures failures = new Failures();
  private final EventLog events = new EventLog();
  private final AtomicInteger runs = new AtomicInteger();
  private final Runnable task = runs::incrementAndGet;
  private final List<TimerService> services = new ArrayList<>();

  @AfterEach
  void close() {
    services.forEach(TimerService::close);
  }

  private TimerService on(Executor executor) {
    TimerService timers =
        TimerService.builder()
            .clock(clock)
            .executor(executor)
            .exceptionHandler(failures)
            .listener(events)
            .recordStats()
            .maxPending(3)
            .build();
    services.add(timers);
    return timers;
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  @Test
  void fire_withExecutor_handsTheTaskOverAndDoesNotRunItItself() {
    TimerService timers = on(queue);
    TimerHandle timer = timers.schedule(TEN, task);
    timers.arm(10, MILLISECONDS, task);
    advanceMillis(10);
    assertEquals(0, runs.get());
    assertEquals(2, queue.size());
    assertEquals(State.PENDING, timer.state(), "it has a handle, and has not begun");
    assertEquals(1, timers.pending());
    queue.runAll();
    assertEquals(2, runs.get());
    assertEquals(State.FIRED, timer.state());
    assertFalse(timer.cancel());
    assertEquals(0, timers.pending());
  }

  @Test
  void cancel_timerInTheExecutorsQueue_endsItAndFreesItsPlace() {
    TimerService timers = on(queue);
    List<TimerHandle> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(timers.schedule(TEN, task));
    }
    advanceMillis(10);
    assertThrows(RejectedExecutionException.class, () -> timers.schedule(TEN, task));
    assertTrue(all.getFirst().cancel());
    TimerHandle another = timers.schedule(TEN, task);
    assertTrue(all.get(1).reschedule(Duration.ofMillis(5)));
    queue.runAll();
    assertEquals(1, runs.get(), "one was cancelled, one was rescheduled");
    assertEquals(State.PENDING, all.get(1).state());
    advanceMillis(10);
    queue.runAll();
    assertEquals(3, runs.get());
    assertEquals(State.FIRED, another.state());
    TimerStats stats = timers.stats();
    assertEquals(3, stats.fired());
    assertEquals(3, stats.runs());
    assertEquals(1, stats.cancelled());
    assertEquals(0, stats.pending());
  }

  @Test
  void fire_withThreadPool_runsOnThePool() throws InterruptedException {
    BlockingQueue<String> threads = new LinkedBlockingQueue<>();
    try (ExecutorService pool =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().name("the-pool").factory())) {
      TimerService timers = on(pool);
      timers.schedule(TEN, () -> threads.add(Thread.currentThread().getName()));
      advanceMillis(10);
      assertEquals("the-pool", threads.poll(10, SECONDS));
    }
  }

  @Test
  void task_onExecutorThrows_isReported() {
    TimerService timers = on(queue);
    RuntimeException error = new RuntimeException("in the pool");
    Runnable failing =
        () -> {
          throw error;
        };
    timers.schedule(TEN, failing);
    advanceMillis(10);
    queue.runAll();
    assertEquals(new Failures.Failure(failing, error), failures.one());
    assertEquals(1, timers.stats().exceptions());
    assertSame(error, events.one("failed").what());
  }

  @Test
  void refusal_ofATimer_isReportedAndCountedAndTheTimerHasFired() {
    RejectedExecutionException refusal = new RejectedExecutionException("full");
    TimerService timers =
        on(
            command -> {
              throw refusal;
            });
    TimerHandle timer = timers.schedule(TEN, task);
    timers.arm(20, MILLISECONDS, task);
    advanceMillis(10);
    assertEquals(new Failures.Failure(task, refusal), failures.one());
    assertSame(refusal, events.one("rejected").what());
    assertEquals(State.FIRED, timer.state());
    advanceMillis(10);
    assertEquals(2, failures.count());
    assertEquals(0, runs.get());
    TimerStats stats = timers.stats();
    assertEquals(2, stats.rejected());
    assertEquals(2, stats.fired());
    assertEquals(0, stats.exceptions());
    assertEquals(0, timers.pending());
    assertEquals(List.of(), events.named("failed"));
  }

  @Test
  void refusal_ofAPeriodicTimer_isReportedAndTheTimerGoesOn() {
    List<Boolean> answers = new ArrayList<>(List.of(false, true, false, true));
    TimerService timers =
        on(
            command -> {
              if (!answers.removeFirst()) {
                throw new RejectedExecutionException("now and then");
              }
              command.run();
            });
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, task, STOP);
    advanceMillis(45);
    assertEquals(2, runs.get());
    assertEquals(2, failures.count());
    assertEquals(2, timers.stats().rejected());
    assertEquals(4, timers.stats().runs());
    assertEquals(State.PENDING, timer.state());
    assertEquals(1, timers.pending());
    assertTrue(timer.cancel());
  }

  @Test
  void refusal_byAnythingThrown_isReportedAsARejectionWithItsCause() {
    List<Throwable> odd =
        List.of(
            new IllegalStateException("odd"),
            new StackOverflowError("odder"),
            new Exception("checked"));
    for (Throwable thrown : odd) {
      Failures told = new Failures();
      Executor executor = command -> ExecutorTest.<RuntimeException>sneak(thrown);
      try (TimerService timers =
          TimerService.builder()
              .clock(clock)
              .executor(executor)
              .exceptionHandler(told)
              .recordStats()
              .build()) {
        TimerHandle timer = timers.schedule(TEN, task);
        advanceMillis(10);
        assertEquals(RejectedExecutionException.class, told.one().error().getClass());
        assertSame(thrown, told.one().error().getCause());
        assertSame(task, told.one().task());
        assertEquals(State.FIRED, timer.state());
        assertEquals(1, timers.stats().rejected());
        // The driver must have survived.
        timers.schedule(TEN, task);
        advanceMillis(10);
        assertEquals(2, told.count());
      }
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <X extends Throwable> void sneak(Throwable thrown) throws X {
    throw (X) thrown;
  }

  @Test
  void executor_thatRunsTheTaskAndThenThrows_countsOneRunAndOneTimer() {
    TimerService timers =
        on(
            command -> {
              command.run();
              throw new RejectedExecutionException("too late");
            });
    TimerHandle once = timers.schedule(TEN, task);
    advanceMillis(10);
    assertEquals(1, runs.get());
    assertEquals(State.FIRED, once.state());
    TimerHandle periodic = timers.scheduleAtFixedRate(TEN, TEN, task);
    advanceMillis(10);
    assertEquals(2, runs.get());
    assertEquals(1, timers.pending());
    assertEquals(1, timers.dump().pending(), "entries in the wheel");
    advanceMillis(20);
    assertEquals(4, runs.get(), "one run a period");
    assertEquals(1, timers.pending());
    assertEquals(1, timers.dump().pending(), "entries in the wheel");
    assertTrue(periodic.cancel());
    assertEquals(0, timers.pending());
    advanceMillis(100);
    assertEquals(4, runs.get());
  }

  @Test
  void refusal_ofAFuture_failsIt() {
    RejectedExecutionException refusal = new RejectedExecutionException("full");
    TimerService timers =
        on(
            command -> {
              throw refusal;
            });
    CompletableFuture<Void> after = timers.after(TEN);
    CompletableFuture<String> timeout = timers.timeout(new CompletableFuture<String>(), TEN);
    advanceMillis(10);
    assertSame(refusal, assertThrows(CompletionException.class, after::join).getCause());
    assertSame(refusal, assertThrows(CompletionException.class, timeout::join).getCause());
  }

  @Test
  void refusal_always_freesThePlaceOfTheTimer() {
    TimerService timers =
        on(
            command -> {
              throw new RejectedExecutionException("full");
            });
    for (int round = 0; round < 5; round++) {
      for (int i = 0; i < 3; i++) {
        timers.schedule(TEN, task);
      }
      advanceMillis(10);
    }
    assertEquals(15, failures.count());
  }

  @Test
  void periodic_whileARunIsQueued_doesNotFireAgain() {
    TimerService timers = on(queue);
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, task);
    advanceMillis(55);
    assertEquals(1, queue.size(), "runs never overlap");
    assertEquals(State.PENDING, timer.state());
    assertEquals(1, timers.pending());
    queue.runAll();
    assertEquals(Duration.ofMillis(5), timer.remaining());
    advanceMillis(5);
    queue.runAll();
    assertEquals(2, runs.get());
  }

  @Test
  void cancel_periodicTimerWhoseRunIsQueued_leavesOutThatRun() {
    TimerService timers = on(queue);
    TimerHandle timer = timers.scheduleWithFixedDelay(TEN, TEN, task);
    advanceMillis(10);
    assertTrue(timer.cancel());
    assertEquals(0, timers.pending());
    queue.runAll();
    advanceMillis(100);
    queue.runAll();
    assertEquals(0, runs.get());
    assertEquals(0, timers.pending());
  }

  @Test
  void directExecutor_always_behavesAsTheDriver() {
    TimerService timers = on(Runnable::run);
    timers.schedule(TEN, () -> timers.schedule(TEN, task));
    TimerHandle periodic = timers.scheduleAtFixedRate(TEN, TEN, task);
    advanceMillis(30);
    assertEquals(4, runs.get());
    assertTrue(periodic.cancel());
    assertEquals(List.of(), failures.all());
  }
}
