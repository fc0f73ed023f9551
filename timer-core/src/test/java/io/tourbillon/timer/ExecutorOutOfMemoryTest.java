package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Executors that have no memory or no threads for a task, and executors that are terminated. */
class ExecutorOutOfMemoryTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
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
            .build();
    services.add(timers);
    return timers;
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  /** Throws this many times, then runs tasks at once. */
  private static final class Failing implements Executor {
    private final String message;
    private int left;

    Failing(String message, int times) {
      this.message = message;
      left = times;
    }

    @Override
    public void execute(Runnable command) {
      if (left-- > 0) {
        throw new OutOfMemoryError(message);
      }
      command.run();
    }
  }

  @Test
  void fullHeap_forSomeTries_onlyMakesTheTaskLate() {
    TimerService timers = on(new Failing("Java heap space", 5));
    TimerHandle timer = timers.schedule(TEN, task);
    timers.arm(10, MILLISECONDS, task);
    Future<?> future = timers.asScheduledExecutor().schedule(task, 10, MILLISECONDS);
    advanceMillis(10);
    assertEquals(3, runs.get());
    assertEquals(State.FIRED, timer.state());
    assertEquals(Future.State.SUCCESS, future.state());
    assertEquals(List.of(), failures.all());
    assertEquals(0, timers.pending());
  }

  @Test
  void fullHeap_isLoggedOnceUntilItIsOver() {
    try (LogCapture log = new LogCapture()) {
      TimerService timers = on(new Failing("Java heap space", 5));
      timers.schedule(TEN, task);
      timers.schedule(TEN, task);
      advanceMillis(10);
      assertEquals("the heap is full; timers are late until it is not", log.one().getMessage());
    }
  }

  @Test
  void noThread_aPeriodicTaskOfAView_goesOnAtItsNextPeriod() {
    TimerService timers = on(new Failing("unable to create native thread", 2));
    Future<?> future = timers.asScheduledExecutor().scheduleAtFixedRate(task, 10, 10, MILLISECONDS);
    advanceMillis(25);
    assertEquals(2, failures.count());
    assertEquals(0, runs.get());
    assertFalse(future.isDone());
    advanceMillis(25);
    assertEquals(3, runs.get());
    assertTrue(future.cancel(false));
    assertEquals(0, timers.pending());
  }

  @Test
  void noThread_aTaskThatRunsOnce_isRefusedWithTheCause() {
    TimerService timers = on(new Failing("unable to create native thread", 1));
    timers.schedule(TEN, task);
    advanceMillis(10);
    assertEquals(RejectedExecutionException.class, failures.one().error().getClass());
    assertEquals(OutOfMemoryError.class, failures.one().error().getCause().getClass());
  }

  /** The executor may have queued the task before it ran out of memory for something else. */
  @Test
  void fullHeap_afterTheTaskWasTaken_runsItOnce() {
    List<Runnable> taken = new ArrayList<>();
    TimerService timers =
        on(
            command -> {
              taken.add(command);
              if (taken.size() < 3) {
                throw new OutOfMemoryError("Java heap space");
              }
            });
    timers.schedule(TEN, task);
    advanceMillis(10);
    taken.forEach(Runnable::run);
    assertEquals(3, taken.size());
    assertEquals(1, runs.get());
    assertEquals(0, timers.pending());
  }

  @Test
  void fullHeap_untilAShutdown_refusesTheTaskAndEnds() throws Exception {
    CountDownLatch tried = new CountDownLatch(1);
    TimerService timers =
        TimerService.builder()
            .exceptionHandler(failures)
            .executor(
                command -> {
                  tried.countDown();
                  throw new OutOfMemoryError("Java heap space");
                })
            .build();
    services.add(timers);
    TimerHandle timer = timers.schedule(Duration.ZERO, task);
    tried.await();
    assertTrue(timers.close(Duration.ofSeconds(20)));
    assertEquals(State.FIRED, timer.state());
    assertEquals(0, timers.pending());
    assertEquals(1, failures.count());
  }

  /** The clock stands for anything that may need memory on the executor's thread. */
  @Test
  void failureBeforeARun_doesNotComeOutOfIt_andTheTaskRuns() {
    QueueingExecutor queue = new QueueingExecutor();
    Thread runner = Thread.currentThread(); // The driver reads the clock as well.
    AtomicBoolean failsOnce = new AtomicBoolean();
    Clock failing =
        new Clock() {
          @Override
          public long nanoTime() {
            if (Thread.currentThread().equals(runner) && failsOnce.compareAndSet(true, false)) {
              throw new OutOfMemoryError("from the clock");
            }
            return clock.nanoTime();
          }

          @Override
          public Alarm newAlarm(Thread thread) {
            return clock.newAlarm(thread);
          }
        };
    try (LogCapture log = new LogCapture();
        TimerService timers =
            TimerService.builder()
                .clock(failing)
                .executor(queue)
                .exceptionHandler(failures)
                .listener(events)
                .build()) {
      TimerHandle periodic = timers.scheduleAtFixedRate(TEN, TEN, task);
      TimerHandle once = timers.schedule(TEN, task);
      Future<?> future = timers.asScheduledExecutor().schedule(task, 10, MILLISECONDS);
      advanceMillis(10);
      assertEquals(3, queue.size());
      for (int run = 1; run <= 3; run++) {
        failsOnce.set(true);
        runOneOf(queue);
        assertEquals(run, runs.get());
        assertFalse(failsOnce.get());
      }
      assertEquals(State.PENDING, periodic.state());
      assertEquals(State.FIRED, once.state());
      assertEquals(Future.State.SUCCESS, future.state());
      assertEquals(1, timers.pending());
      assertEquals(3, log.records().size());
      advanceMillis(10);
      queue.runAll();
      assertEquals(4, runs.get());
    }
  }

  /** Catches an OutOfMemoryError, with which JUnit would end all tests. */
  private static void runOneOf(QueueingExecutor queue) {
    try {
      queue.runOne();
    } catch (OutOfMemoryError outOfTheRun) {
      throw new AssertionError(outOfTheRun);
    }
  }

  // A terminated executor.

  @Test
  void terminatedExecutor_endsAPeriodicTimer_andTellsOnce() {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    TimerService timers = on(pool);
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, task);
    pool.close();
    advanceMillis(100);
    assertEquals(State.FIRED, timer.state());
    assertEquals(1, failures.count());
    assertEquals(0, timers.pending());
  }

  // What is reported.

  @Test
  void refusal_isLoggedAsSuch_andNamesTheTask() {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    pool.close();
    try (LogCapture log = new LogCapture();
        TimerService timers = TimerService.builder().clock(clock).executor(pool).build()) {
      Runnable named =
          new Runnable() {
            @Override
            public void run() {}

            @Override
            public String toString() {
              return "the named task";
            }
          };
      timers.schedule(TEN, named);
      advanceMillis(10);
      assertEquals(
          "timer task was not run, as the executor refused it: the named task",
          log.one().getMessage());
      String why = log.one().getThrown().getMessage();
      assertTrue(why.startsWith("Task timer task the named task rejected from"), why);
    }
  }

  @Test
  void taskToString_thatThrows_doesNotKeepAnExecutorFromRefusing() {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    pool.close();
    TimerService timers = on(pool);
    timers.schedule(TEN, new Unspeakable());
    Future<?> future = timers.asScheduledExecutor().submit(new Unspeakable());
    advanceMillis(10);
    assertEquals(2, failures.count());
    assertEquals(Future.State.FAILED, future.state());
  }

  private static final class Unspeakable implements Runnable {
    @Override
    public void run() {}

    @Override
    public String toString() {
      throw new IllegalStateException("from toString");
    }
  }
}
