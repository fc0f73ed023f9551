package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The watchdog of the driver. It uses the system's clock, and so do these tests. */
@RealTime
@Timeout(60)
class WatchdogTest {
  private static final Duration BOUND = Duration.ofMillis(50);
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name = "driver " + NUMBER.incrementAndGet();
  private final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
  private final BlockingQueue<StallReport> reports = new LinkedBlockingQueue<>();
  private final TimerListener listener =
      new TimerListener() {
        @Override
        public void stalled(StallReport report) {
          reports.add(report);
        }
      };

  private TimerService.Builder watched(Duration bound) {
    return builder().watchdog(bound);
  }

  private TimerService.Builder builder() {
    return TimerService.builder()
        .threadFactory(
            body -> {
              Thread thread = Thread.ofPlatform().daemon().name(name).unstarted(body);
              threads.add(thread);
              return thread;
            });
  }

  private Thread driver() {
    return threads.getFirst();
  }

  private Thread watchdog() {
    return watchdogOf(name).orElseThrow();
  }

  /** Finds the watchdog of the service whose driver has a name. */
  static Optional<Thread> watchdogOf(String driverName) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(driverName + "-watchdog"))
        .findFirst();
  }

  /** The task in the reports: blocks the driver until the test releases it. */
  private static void stuckTask(CountDownLatch mayEnd) {
    try {
      assertTrue(mayEnd.await(30, SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void watchdog_taskThatHoldsTheDriver_reportsItsStackWhileItRuns() throws InterruptedException {
    try (TimerService timers = watched(BOUND).listener(listener).build()) {
      CountDownLatch mayEnd = new CountDownLatch(1);
      long startNanos = System.nanoTime();
      timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
      StallReport report = reports.poll(20, SECONDS);
      long sinceNanos = System.nanoTime() - startNanos;
      assertEquals(1, mayEnd.getCount(), "the task is still running");
      assertNotNull(report);
      assertEquals(driver().getName(), report.threadName());
      assertTrue(report.heldNanos() >= BOUND.toNanos(), report.toString());
      assertTrue(report.heldNanos() <= sinceNanos, "held longer than the test has taken");
      assertTrue(
          report.stack().stream().anyMatch(frame -> frame.getMethodName().equals("stuckTask")),
          report.toString());
      mayEnd.countDown();
    }
  }

  @Test
  void default_withoutAnExecutor_watchesTheDriver() throws InterruptedException {
    try (TimerService timers = builder().listener(listener).build()) {
      CountDownLatch mayEnd = new CountDownLatch(1);
      timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
      StallReport report = reports.poll(20, SECONDS);
      mayEnd.countDown();
      assertNotNull(report);
      assertTrue(report.heldNanos() >= 100_000_000, report.toString());
      assertTrue(watchdog().isDaemon());
    }
  }

  @Test
  void default_withAnExecutor_hasNoWatchdog() {
    try (TimerService _ = builder().executor(Runnable::run).build()) {
      assertEquals(Optional.empty(), watchdogOf(name));
    }
  }

  @Test
  void watchdog_ofZero_isNone() {
    try (TimerService _ = watched(Duration.ZERO).build()) {
      assertEquals(Optional.empty(), watchdogOf(name));
    }
  }

  @Test
  void watchdog_oneStuckTask_isReportedOnceAndTheNextOneAgain() throws InterruptedException {
    try (TimerService timers = watched(BOUND).listener(listener).build()) {
      for (int round = 0; round < 2; round++) {
        CountDownLatch mayEnd = new CountDownLatch(1);
        timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
        assertNotNull(reports.poll(20, SECONDS));
        assertNull(reports.poll(BOUND.toMillis() * 5, MILLISECONDS), "reported twice");
        mayEnd.countDown();
      }
    }
  }

  @Test
  void stats_ofAServiceThatRecords_countEveryReport() throws InterruptedException {
    try (TimerService timers = watched(BOUND).recordStats().listener(listener).build()) {
      assertEquals(0, timers.stats().stalls());
      for (int round = 1; round <= 2; round++) {
        CountDownLatch mayEnd = new CountDownLatch(1);
        timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
        assertNotNull(reports.poll(20, SECONDS));
        assertEquals(round, timers.stats().stalls());
        mayEnd.countDown();
      }
    }
  }

  @Test
  void watchdog_taskStuckWhileItsServiceShutsDown_isReported() throws InterruptedException {
    try (TimerService timers = watched(Duration.ofMillis(500)).listener(listener).build()) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch mayEnd = new CountDownLatch(1);
      timers.schedule(
          Duration.ZERO,
          () -> {
            begun.countDown();
            stuckTask(mayEnd);
          });
      assertTrue(begun.await(20, SECONDS));
      timers.shutdownNow();
      assertNotNull(reports.poll(20, SECONDS));
      Thread watchdog = watchdog();
      mayEnd.countDown();
      assertTrue(watchdog.join(Duration.ofSeconds(20)), "it ends with the driver");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void watchdog_burstOfShortRuns_isNotReportedAsOneTask(boolean directExecutor)
      throws InterruptedException {
    TimerOptions burst = TimerOptions.builder().missedTick(MissedTick.BURST).build();
    TimerService.Builder builder = watched(Duration.ofMillis(500)).listener(listener);
    if (directExecutor) {
      builder.executor(Runnable::run);
    }
    try (TimerService timers = builder.build()) {
      CountDownLatch runs = new CountDownLatch(20);
      // The first run misses all others, which are then made up for at once and take a second
      // together.
      timers.scheduleAtFixedRate(
          Duration.ZERO,
          Duration.ofMillis(1),
          () -> {
            LockSupport.parkNanos(MILLISECONDS.toNanos(50));
            runs.countDown();
          },
          burst);
      assertTrue(runs.await(30, SECONDS));
    }
    assertEquals(0, reports.size());
  }

  @Test
  void watchdog_secondTaskOfABatch_isReportedToo() throws InterruptedException {
    try (TimerService timers = watched(BOUND).listener(listener).build()) {
      CountDownLatch first = new CountDownLatch(1);
      CountDownLatch second = new CountDownLatch(1);
      CountDownLatch armed = new CountDownLatch(1);
      // Both are due when the driver returns from this task, so they share a batch.
      timers.schedule(Duration.ZERO, () -> stuckTask(armed));
      timers.schedule(Duration.ofMillis(5), () -> stuckTask(first));
      timers.schedule(Duration.ofMillis(5), () -> stuckTask(second));
      assertNotNull(reports.poll(20, SECONDS));
      armed.countDown();
      assertNotNull(reports.poll(20, SECONDS));
      first.countDown();
      assertNotNull(reports.poll(20, SECONDS), "the second of two stuck tasks");
      second.countDown();
    }
  }

  @Test
  void watchdog_manyQuickTasksInOneBatch_areNotTakenForOneSlowOne() throws InterruptedException {
    Duration bound = Duration.ofMillis(500);
    try (TimerService timers = watched(bound).listener(listener).build()) {
      CountDownLatch done = new CountDownLatch(50);
      for (int i = 0; i < 50; i++) {
        timers.schedule(
            Duration.ofMillis(20),
            () -> {
              // The batch of 50 takes 1 s, twice the bound.
              LockSupport.parkNanos(20_000_000);
              done.countDown();
            });
      }
      assertTrue(done.await(30, SECONDS));
    }
    assertTrue(reports.isEmpty(), reports.toString());
  }

  @Test
  void watchdog_nothingToWatch_rests() throws InterruptedException {
    try (TimerService timers = watched(BOUND).listener(listener).build()) {
      awaitState(watchdog(), Thread.State.WAITING);
      CountDownLatch ran = new CountDownLatch(1);
      timers.schedule(Duration.ZERO, ran::countDown);
      assertTrue(ran.await(20, SECONDS));
      awaitState(watchdog(), Thread.State.WAITING);
      // The watchdog works again when there is something to watch.
      CountDownLatch mayEnd = new CountDownLatch(1);
      timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
      assertNotNull(reports.poll(20, SECONDS));
      mayEnd.countDown();
    }
  }

  private static void awaitState(Thread thread, Thread.State state) {
    long startNanos = System.nanoTime();
    while (thread.getState() != state) {
      assertTrue(System.nanoTime() - startNanos < SECONDS.toNanos(20), "is " + thread.getState());
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void watchdog_withoutAListener_logsAWarningWithTheStack() throws InterruptedException {
    try (LogCapture log = LogCapture.withStalls();
        TimerService timers = watched(BOUND).build()) {
      CountDownLatch mayEnd = new CountDownLatch(1);
      timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
      assertTrue(log.first().await(20, SECONDS));
      mayEnd.countDown();
      LogRecord logged = log.one();
      assertEquals(Level.WARNING, logged.getLevel());
      assertTrue(logged.getMessage().contains("stuckTask"), logged.getMessage());
    }
  }

  @Test
  void watchdog_manyStalls_areNotLoggedOneByOne() throws InterruptedException {
    try (LogCapture log = LogCapture.withStalls();
        TimerService timers = watched(BOUND).recordStats().build()) {
      for (int round = 1; round <= 3; round++) {
        CountDownLatch mayEnd = new CountDownLatch(1);
        timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
        awaitStalls(timers, round);
        mayEnd.countDown();
      }
      assertTrue(log.first().await(20, SECONDS));
      // Ten seconds pass only on a very busy machine.
      assertTrue(log.records().size() < 3, log.records().toString());
    }
  }

  private static void awaitStalls(TimerService timers, long stalls) {
    long startNanos = System.nanoTime();
    while (timers.stats().stalls() < stalls) {
      assertTrue(System.nanoTime() - startNanos < SECONDS.toNanos(20), "no stall");
      LockSupport.parkNanos(1_000_000);
    }
  }

  // Tasks of an executor.

  @Test
  void watchdog_taskThatHoldsAThreadOfTheExecutor_isReportedOnceWhileItRuns()
      throws InterruptedException {
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (ExecutorService pool =
            Executors.newFixedThreadPool(
                2, task -> Thread.ofPlatform().daemon().name("pool-thread").unstarted(task));
        TimerService timers =
            watched(BOUND).executor(pool).recordStats().listener(listener).build()) {
      timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
      StallReport report = reports.poll(20, SECONDS);
      assertNotNull(report);
      assertEquals(1, mayEnd.getCount(), "the task is still running");
      assertEquals("pool-thread", report.threadName());
      assertTrue(report.heldNanos() >= BOUND.toNanos(), report.toString());
      assertTrue(
          report.stack().stream().anyMatch(frame -> frame.getMethodName().equals("stuckTask")),
          report.toString());
      assertEquals(1, timers.stats().stalls());
      assertNull(reports.poll(BOUND.toMillis() * 5, MILLISECONDS), "reported twice");
      // Another stalled task is reported while the first still runs, and after the watchdog has
      // rested.
      timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
      assertNotNull(reports.poll(20, SECONDS));
      mayEnd.countDown();
    } finally {
      mayEnd.countDown();
    }
  }

  /** The driver handed the task over long ago; the driver and the watchdog rest. */
  @Test
  void watchdog_taskThatBeginsLateOnTheExecutor_isReported() throws InterruptedException {
    BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (TimerService timers = watched(BOUND).executor(queue::add).listener(listener).build()) {
      timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
      Runnable task = queue.take();
      awaitState(watchdog(), Thread.State.WAITING);
      Thread thread = Thread.ofPlatform().daemon().name("late").start(task);
      StallReport report = reports.poll(20, SECONDS);
      assertNotNull(report);
      assertEquals("late", report.threadName());
      mayEnd.countDown();
      assertTrue(thread.join(Duration.ofSeconds(20)));
      awaitState(watchdog(), Thread.State.WAITING);
    } finally {
      mayEnd.countDown();
    }
  }

  @Test
  void watchdog_burstOfShortRunsOnAPool_isNotReportedAsOneTask() throws InterruptedException {
    TimerOptions burst = TimerOptions.builder().missedTick(MissedTick.BURST).build();
    try (ExecutorService pool = Executors.newSingleThreadExecutor();
        TimerService timers =
            watched(Duration.ofMillis(500)).executor(pool).listener(listener).build()) {
      CountDownLatch runs = new CountDownLatch(20);
      TimerHandle timer =
          timers.scheduleAtFixedRate(
              Duration.ZERO,
              Duration.ofMillis(1),
              () -> {
                LockSupport.parkNanos(MILLISECONDS.toNanos(50));
                runs.countDown();
              },
              burst);
      assertTrue(runs.await(30, SECONDS));
      timer.cancel();
    }
    assertEquals(0, reports.size());
  }

  @Test
  void watchdog_listenerThatThrows_goesOnWatching() throws InterruptedException {
    TimerListener hostile =
        new TimerListener() {
          @Override
          public void stalled(StallReport report) {
            reports.add(report);
            throw new IllegalStateException("hostile");
          }
        };
    try (LogCapture log = LogCapture.withStalls();
        TimerService timers = watched(BOUND).listener(hostile).build()) {
      for (int round = 0; round < 2; round++) {
        CountDownLatch mayEnd = new CountDownLatch(1);
        timers.schedule(Duration.ZERO, () -> stuckTask(mayEnd));
        assertNotNull(reports.poll(20, SECONDS));
        mayEnd.countDown();
      }
      assertFalse(log.records().isEmpty());
    }
  }

  @Test
  void stallReport_stack_isCopied() {
    List<StackTraceElement> stack = new ArrayList<>();
    StallReport report = new Stall("driver", 1, stack);
    stack.add(new StackTraceElement("Some", "method", "Some.java", 1));
    assertEquals(List.of(), report.stack());
  }

  @Test
  void stallReport_asText_isALineForEachCallAndHidesNothing() {
    StallReport report =
        new Stall(
            "driver\nforged",
            1_500_000,
            List.of(new StackTraceElement("Some", "method", "Some.java", 1)));
    assertEquals(
        "a task holds driver\uFFFDforged for 1 ms\n\tat Some.method(Some.java:1)",
        report.toString());
  }
}
