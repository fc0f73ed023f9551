package io.tourbillon.timer;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a service, from any thread and in any state. */
@Timeout(30)
class CloseTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final KeptThread driver = new KeptThread();
  private final Failures failures = new Failures();
  private final TimerService timers = on(null);

  private TimerService on(Executor executor) {
    TimerService.Builder builder =
        TimerService.builder().clock(clock).exceptionHandler(failures).threadFactory(driver);
    return (executor == null ? builder : builder.executor(executor)).build();
  }

  @AfterEach
  void close() {
    timers.close();
    assertEquals(List.of(), failures.all());
  }

  @Test
  void close_twice_isTheSameAsOnce() throws InterruptedException {
    timers.close();
    timers.close();
    assertTrue(timers.isShutdown());
    driver.awaitEnd();
  }

  @Test
  void close_fromATaskOnTheDriver_returnsAtOnce() throws InterruptedException {
    List<Boolean> alive = new ArrayList<>();
    timers.schedule(
        TEN,
        () -> {
          timers.close();
          alive.add(driver.get().isAlive());
        });
    clock.advance(TEN);
    driver.awaitEnd();
    assertEquals(List.of(true), alive);
  }

  @Test
  void close_fromATaskOnADirectExecutor_returnsAtOnce() throws InterruptedException {
    TimerService direct = on(Runnable::run);
    direct.schedule(TEN, direct::close);
    clock.advance(TEN);
    driver.awaitEnd();
    assertTrue(direct.isShutdown());
  }

  /**
   * Here the driver waits for the executor's thread. If close waited for the driver, it would hang.
   */
  @Test
  void close_fromATaskOnAnExecutorThatTheDriverWaitsFor_returnsAtOnce()
      throws InterruptedException {
    TimerService handing =
        on(
            command -> {
              Thread thread = Thread.ofPlatform().start(command);
              boolean interrupted = false;
              while (thread.isAlive()) {
                try {
                  thread.join();
                } catch (InterruptedException e) {
                  interrupted = true;
                }
              }
              assertFalse(interrupted);
            });
    handing.schedule(TEN, handing::close);
    clock.advance(TEN);
    driver.awaitEnd();
    assertTrue(handing.isShutdown());
  }

  @Test
  void close_fromACallbackOfAFuture_returnsAtOnce() throws InterruptedException {
    CompletableFuture<Void> closed = timers.after(TEN).thenRun(timers::close);
    clock.advance(TEN);
    closed.join();
    driver.awaitEnd();
  }

  @Test
  void close_whileATaskRuns_waitsForItsEnd() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    timers.schedule(
        Duration.ZERO,
        () -> {
          running.countDown();
          awaitQuietly(mayEnd);
          ended.incrementAndGet();
        });
    clock.autoAdvance(true);
    assertTrue(running.await(10, SECONDS));
    BlockingQueue<Integer> endedAtReturn = new LinkedBlockingQueue<>();
    Thread closing =
        Thread.ofPlatform()
            .start(
                () -> {
                  timers.close();
                  endedAtReturn.add(ended.get());
                });
    // The closing thread has shut the service down, and waits.
    while (closing.getState() != Thread.State.TIMED_WAITING) {
      assertTrue(closing.isAlive(), "close did not wait");
      Thread.onSpinWait();
    }
    assertTrue(timers.isShutdown());
    mayEnd.countDown();
    assertEquals(1, endedAtReturn.poll(10, SECONDS));
  }

  @Test
  void close_whileATaskRunsOnAnExecutor_doesNotWaitForIt() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      TimerService handing = on(pool);
      handing.schedule(
          TEN,
          () -> {
            running.countDown();
            awaitQuietly(mayEnd);
          });
      clock.advance(TEN);
      assertTrue(running.await(10, SECONDS));
      handing.close();
      assertFalse(driver.get().isAlive());
      assertEquals(1, mayEnd.getCount(), "the task is still running");
      mayEnd.countDown();
    }
  }

  @Test
  void close_interruptedWhileItWaits_returnsWithTheStatusSet() throws InterruptedException {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    timers.schedule(
        Duration.ZERO,
        () -> {
          running.countDown();
          awaitQuietly(mayEnd);
        });
    clock.autoAdvance(true);
    assertTrue(running.await(10, SECONDS));
    BlockingQueue<Boolean> status = new LinkedBlockingQueue<>();
    Thread closing =
        Thread.ofPlatform()
            .start(
                () -> {
                  timers.close();
                  status.add(Thread.currentThread().isInterrupted());
                });
    closing.interrupt();
    assertEquals(true, status.poll(10, SECONDS));
    assertTrue(timers.isShutdown());
    assertEquals(1, mayEnd.getCount(), "the task is still running");
    mayEnd.countDown();
  }

  @Test
  void close_always_endsTheDriverAndTheWatchdog() throws InterruptedException {
    String name = "ends";
    AtomicReference<Thread> driver = new AtomicReference<>();
    TimerService watched =
        TimerService.builder()
            .clock(clock)
            .watchdog(Duration.ofSeconds(1))
            .threadFactory(
                body -> {
                  driver.set(Thread.ofPlatform().daemon().name(name).unstarted(body));
                  return driver.get();
                })
            .build();
    Thread watchdog = WatchdogTest.watchdogOf(name).orElseThrow();
    watched.close();
    for (Thread thread : List.of(driver.get(), watchdog)) {
      assertTrue(thread.join(Duration.ofSeconds(10)), "goes on: " + thread);
    }
  }

  @Test
  void close_oneOfTwoServicesOnAClock_leavesTheOtherRunning() {
    TimerService other = on(null);
    AtomicInteger ran = new AtomicInteger();
    TimerHandle timer = timers.schedule(TEN, ran::incrementAndGet);
    other.close();
    clock.advance(TEN);
    assertEquals(1, ran.get());
    assertSame(State.FIRED, timer.state());
    assertNotNull(driver.get());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // With a grace.

  private static void sleepUntilInterrupted(CountDownLatch begun, CountDownLatch interrupted) {
    begun.countDown();
    try {
      Thread.sleep(60_000);
    } catch (InterruptedException e) {
      interrupted.countDown();
    }
  }

  private static void ignoreInterrupts(CountDownLatch begun, CountDownLatch released) {
    begun.countDown();
    while (released.getCount() > 0) {
      Thread.interrupted();
      Thread.onSpinWait();
    }
  }

  @Test
  void closeWithGrace_nothingRuns_saysThatAllHasEnded() throws InterruptedException {
    timers.schedule(TEN, () -> {});
    assertTrue(timers.close(Duration.ZERO));
    assertTrue(timers.isShutdown());
    driver.awaitEnd();
  }

  @Test
  void closeWithGrace_taskThatBlocks_isInterruptedAndHasEnded() throws InterruptedException {
    for (boolean onPool : new boolean[] {false, true}) {
      ExecutorService pool = Executors.newFixedThreadPool(1);
      TimerService.Builder builder = TimerService.builder();
      try (TimerService blocked = (onPool ? builder.executor(pool) : builder).build()) {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        blocked.schedule(Duration.ZERO, () -> sleepUntilInterrupted(begun, interrupted));
        assertTrue(begun.await(20, SECONDS));
        assertTrue(blocked.close(Duration.ofMillis(20)));
        assertEquals(0, interrupted.getCount());
      } finally {
        pool.shutdownNow();
      }
    }
  }

  @Test
  void closeWithGrace_taskThatTakesNoNotice_saysSo() throws InterruptedException {
    CountDownLatch released = new CountDownLatch(1);
    try (TimerService blocked = TimerService.create()) {
      CountDownLatch begun = new CountDownLatch(1);
      blocked.schedule(Duration.ZERO, () -> ignoreInterrupts(begun, released));
      assertTrue(begun.await(20, SECONDS));
      assertFalse(blocked.close(Duration.ofMillis(1)));
      released.countDown();
      assertTrue(blocked.close(Duration.ofSeconds(20)));
    } finally {
      released.countDown();
    }
  }

  @Test
  void closeWithGrace_fromATask_doesNotWait() throws Exception {
    try (TimerService own = TimerService.create()) {
      CompletableFuture<Boolean> answer = new CompletableFuture<>();
      own.schedule(Duration.ZERO, () -> answer.complete(own.close(Duration.ofHours(1))));
      assertFalse(answer.get(20, SECONDS));
    }
  }

  @Test
  void closeWithGrace_negative_isRefused() {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> timers.close(Duration.ofNanos(-1)));
    assertEquals("grace must not be negative: PT-0.000000001S", refusal.getMessage());
    assertFalse(timers.isShutdown());
  }

  // What the log contains.

  /** The log must show why a server does not stop. */
  @Test
  void close_thatWaitsForTheDriver_saysInTheLogForWhat() throws InterruptedException {
    TimerService.Builder builder = TimerService.builder();
    builder.closeReportAfter = Duration.ofMillis(30);
    TimerService blocked = builder.build();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    blocked.schedule(Duration.ZERO, () -> ignoreInterrupts(begun, released));
    assertTrue(begun.await(20, SECONDS));
    try (LogCapture log = new LogCapture()) {
      Thread closing = Thread.ofPlatform().daemon().start(blocked::close);
      assertTrue(log.first().await(20, SECONDS));
      assertTrue(closing.isAlive());
      String text = log.records().getFirst().getMessage();
      assertTrue(text.startsWith("a timer service is being closed; waited for "), text);
      assertTrue(text.contains(" ms for this: a task holds "), text);
      assertTrue(text.contains("ignoreInterrupts"), text);
      released.countDown();
      assertTrue(closing.join(Duration.ofSeconds(20)));
    } finally {
      released.countDown();
    }
  }

  @Test
  void closeWithGrace_thatWaitsForTheExecutor_saysInTheLogForWhat() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    try (ExecutorService pool =
        Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().daemon().name("pool-thread").unstarted(task))) {
      TimerService.Builder builder = TimerService.builder().executor(pool);
      builder.closeReportAfter = Duration.ofMillis(30);
      TimerService blocked = builder.build();
      blocked.schedule(Duration.ZERO, () -> ignoreInterrupts(begun, released));
      assertTrue(begun.await(20, SECONDS));
      try (LogCapture log = new LogCapture()) {
        Thread closing =
            Thread.ofPlatform().daemon().start(() -> blocked.close(Duration.ofSeconds(20)));
        assertTrue(log.first().await(20, SECONDS));
        String text = log.records().getFirst().getMessage();
        assertTrue(
            text.endsWith("tasks that the executor has not finished: 1; some run on pool-thread"),
            text);
        released.countDown();
        assertTrue(closing.join(Duration.ofSeconds(20)));
      }
    } finally {
      released.countDown();
    }
  }

  @Test
  void close_withACloseGrace_interruptsAndReturnsAndNamesWhatGoesOn() throws InterruptedException {
    TimerService blocked = TimerService.builder().closeGrace(Duration.ofMillis(1)).build();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    blocked.schedule(Duration.ZERO, () -> ignoreInterrupts(begun, released));
    assertTrue(begun.await(20, SECONDS));
    try (LogCapture log = new LogCapture()) {
      blocked.close();
      String text = log.one().getMessage();
      assertTrue(
          text.startsWith("a timer service was closed, but tasks have not ended; waited for "),
          text);
      assertTrue(text.contains("ignoreInterrupts"), text);
    } finally {
      released.countDown();
    }
  }

  @Test
  void closeGrace_negative_isRefused() {
    TimerService.Builder builder = TimerService.builder();
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> builder.closeGrace(Duration.ofNanos(-1)));
    assertEquals("grace must not be negative: PT-0.000000001S", refusal.getMessage());
  }
}
