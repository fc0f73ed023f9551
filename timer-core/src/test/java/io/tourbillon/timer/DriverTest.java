package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.MINUTES;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The driver thread of a service: when it wakes, which failures it survives, which memory it frees.
 */
class DriverTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final CountingClock counting = new CountingClock(clock);
  private final Failures failures = new Failures();
  private final KeptThread driver = new KeptThread();
  private final AtomicInteger runs = new AtomicInteger();
  private final Runnable task = runs::incrementAndGet;
  private final TimerService timers =
      TimerService.builder()
          .clock(counting)
          .exceptionHandler(failures)
          .threadFactory(driver)
          .build();

  @AfterEach
  void close() {
    timers.close();
  }

  /** Returns how often the driver starts to wait because of the operation. */
  private int awaitsOf(Runnable operation) {
    clock.advance(Duration.ZERO);
    int before = counting.awaits.get();
    operation.run();
    clock.advance(Duration.ZERO);
    return counting.awaits.get() - before;
  }

  @Test
  void driver_oneFarTimer_doesNotWakeUntilItsBlockComesDue() {
    timers.schedule(Duration.ofDays(30), task);
    assertEquals(0, awaitsOf(() -> clock.advance(Duration.ofDays(15))));
    // A timer moves down at most once a level, so from here on there are at most as many waits.
    int awaits = awaitsOf(() -> clock.advance(Duration.ofDays(15)));
    assertEquals(1, runs.get());
    assertTrue(awaits <= 5, "waits: " + awaits);
  }

  @Test
  void driver_nothingPending_neverWakes() {
    assertEquals(0, awaitsOf(() -> clock.advance(Duration.ofDays(1000))));
  }

  @Test
  void driver_timersLaterThanTheNext_doNotWakeIt() {
    assertEquals(1, awaitsOf(() -> timers.schedule(Duration.ofHours(1), task)));
    int awaits =
        awaitsOf(
            () -> {
              for (int i = 0; i < 500; i++) {
                long id = timers.arm(2 + i, HOURS, task);
                timers.rearm(id, 1000, HOURS);
                timers.rearm(id, 3, HOURS);
                timers.cancel(id);
                timers.schedule(Duration.ofHours(2), task);
              }
            });
    assertEquals(0, awaits);
    assertEquals(1, counting.wakes.get(), "woken by the first timer alone");
  }

  @Test
  void driver_timerEarlierThanTheNext_wakesItOnce() {
    timers.schedule(Duration.ofHours(1), task);
    TimerHandle moved = timers.schedule(Duration.ofHours(2), task);
    assertEquals(1, awaitsOf(() -> timers.schedule(Duration.ofMinutes(1), task)));
    assertEquals(1, awaitsOf(() -> timers.arm(40, SECONDS, task)));
    assertEquals(1, awaitsOf(() -> moved.reschedule(Duration.ofSeconds(30))));
    assertEquals(0, awaitsOf(() -> timers.arm(2, MINUTES, task)));
    clock.advance(Duration.ofSeconds(30));
    assertEquals(1, runs.get());
  }

  @Test
  void driver_armedFromATask_isNotWoken() {
    timers.schedule(TEN, () -> timers.schedule(TEN, task));
    clock.advance(Duration.ZERO);
    int wakes = counting.wakes.get();
    clock.advance(Duration.ofMillis(20));
    assertEquals(1, runs.get());
    assertEquals(wakes, counting.wakes.get());
  }

  @Test
  void driver_blockThatFillsWhileItWaits_beginsToMoveItDownEarlier() {
    // The timer is due in 100 s, in a block of 256 ticks that begins at 99.840 s. A single timer
    // would move down just before that.
    timers.arm(100, SECONDS, task);
    clock.advance(Duration.ZERO);
    for (int i = 1; i < 51_200; i++) {
      timers.arm(100, SECONDS, task);
    }
    // The block becomes the next one, which shows that it needs 200 ticks at 256 timers a tick.
    assertTrue(clock.advanceToNextEvent());
    assertEquals(99_584, clock.nanoTime() / 1_000_000);
    assertTrue(clock.advanceToNextEvent());
    assertEquals(99_640, clock.nanoTime() / 1_000_000);
    clock.advance(Duration.ofMillis(359));
    assertEquals(0, runs.get());
    clock.advance(Duration.ofMillis(1));
    assertEquals(51_200, runs.get());
  }

  @RealTime
  @Test
  void driver_oneFarTimerOnTheSystemClock_doesNotWake() {
    CountingClock real = new CountingClock(Clock.system());
    try (TimerService idle = TimerService.builder().clock(real).build()) {
      idle.schedule(Duration.ofHours(1), NOTHING);
      LockSupport.parkNanos(MILLISECONDS.toNanos(300));
      // The driver may have started to wait before the timer was armed, and may wake spuriously.
      assertTrue(real.awaits.get() <= 3, "waits in 300 ticks: " + real.awaits);
    }
  }

  @Test
  void memory_ofAPeakThatWasCancelled_isBackWithinASecondWithoutACall() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      ids.add(timers.arm(1, HOURS, NOTHING));
    }
    ids.forEach(timers::cancel);
    assertTrue(Internals.isTrimmable(timers));
    clock.advance(Duration.ofSeconds(1));
    assertFalse(Internals.isTrimmable(timers));
    Internals.checkInvariants(timers);
  }

  @Test
  void memory_ofAPeakThatFired_isBackWithinASecondWithoutACall() {
    for (int i = 0; i < 50_000; i++) {
      timers.arm(10, MILLISECONDS, NOTHING);
    }
    clock.advance(TEN);
    assertTrue(Internals.isTrimmable(timers));
    clock.advance(Duration.ofSeconds(1));
    assertFalse(Internals.isTrimmable(timers));
    Internals.checkInvariants(timers);
  }

  @Test
  void memory_ofAPeakOfAnotherThread_isBackWithinASecondWithoutACall() throws InterruptedException {
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  List<Long> ids = new ArrayList<>();
                  for (int i = 0; i < 50_000; i++) {
                    ids.add(timers.arm(1, HOURS, NOTHING));
                  }
                  ids.forEach(timers::cancel);
                });
    other.join();
    clock.advance(Duration.ofSeconds(1));
    assertFalse(Internals.isTrimmable(timers));
    assertEquals(0, awaitsOf(() -> clock.advance(Duration.ofDays(1))), "then it rests again");
  }

  @Test
  void memory_leftBehindByReArmsAlone_isBackWithinASecondWithoutACall() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      ids.add(timers.arm(300L << 16, MILLISECONDS, NOTHING));
    }
    for (int round = 1; round < 30; round++) {
      for (int i = 0; i < ids.size(); i++) {
        if (i % 64 >= round) {
          timers.rearm(ids.get(i), (300L - round) << 16, MILLISECONDS);
        }
      }
    }
    clock.advance(Duration.ofSeconds(1));
    assertFalse(Internals.isTrimmable(timers));
    Internals.checkInvariants(timers);
  }

  @Test
  void memory_ofTimersPushedOutBeforeTheyWereDue_isBackWithinASecondWithoutACall() {
    for (int i = 0; i < 64_000; i++) {
      long id = timers.arm(1, SECONDS, NOTHING);
      timers.rearm(id, 10, HOURS);
    }
    clock.advance(Duration.ofSeconds(2));
    assertFalse(Internals.isTrimmable(timers));
    Internals.checkInvariants(timers);
  }

  @Test
  void driver_thatFailsWhileItTakesTimers_runsThoseItHasTaken() throws InterruptedException {
    TimerHandle taken = timers.schedule(Duration.ofMillis(5), task);
    CompletableFuture<Void> future = timers.after(Duration.ofMillis(5));
    for (int hours = 10; hours < 20; hours++) {
      long pushedOut = timers.arm(6, MILLISECONDS, task);
      timers.rearm(pushedOut, hours, HOURS);
    }
    TimerHandle pending = timers.schedule(Duration.ofHours(2), task);
    clock.advance(Duration.ZERO);
    // At tick 6, the timers that were pushed out need chunks in other slots, but there are none.
    Internals.exhaustChunks(timers);
    try (LogCapture log = new LogCapture()) {
      clock.jump(TEN);
      driver.awaitEnd();
      assertEquals("the timer driver broke; its service is shut down", log.one().getMessage());
    }
    assertEquals(TimerHandle.State.FIRED, taken.state());
    assertEquals(1, runs.get());
    assertTrue(future.isDone() && !future.isCompletedExceptionally());
    assertEquals(TimerHandle.State.HANDED_BACK, pending.state());
    assertEquals(0, timers.pending());
  }

  @Test
  void driver_taskThatInterruptsIt_goesOnAndDoesNotSpin() {
    timers.schedule(TEN, () -> Thread.currentThread().interrupt());
    timers.schedule(Duration.ofMillis(20), task);
    int awaits = awaitsOf(() -> clock.advance(Duration.ofMillis(20)));
    assertEquals(1, runs.get());
    assertTrue(awaits <= 3, "waits: " + awaits);
  }

  @Test
  void driver_taskThatInterruptsIt_doesNotInterruptTheTaskAfterIt() {
    List<Boolean> interrupted = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      timers.schedule(
          TEN,
          () -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
          });
    }
    clock.advance(TEN);
    assertEquals(List.of(false, false), interrupted);
  }

  @Test
  void driver_interruptedFromOutside_goesOn() {
    timers.schedule(TEN, task);
    driver.get().interrupt();
    clock.advance(TEN);
    driver.get().interrupt();
    timers.schedule(TEN, task);
    clock.advance(TEN);
    assertEquals(2, runs.get());
  }

  @RealTime
  @Test
  void driver_interruptedOnTheSystemClock_goesOnAndDoesNotSpin() throws InterruptedException {
    CountingClock real = new CountingClock(Clock.system());
    KeptThread realDriver = new KeptThread();
    try (TimerService interrupted =
        TimerService.builder().clock(real).threadFactory(realDriver).build()) {
      CountDownLatch both = new CountDownLatch(2);
      interrupted.schedule(
          Duration.ofMillis(1),
          () -> {
            Thread.currentThread().interrupt();
            both.countDown();
          });
      realDriver.get().interrupt();
      interrupted.schedule(Duration.ofMillis(100), both::countDown);
      assertTrue(both.await(20, SECONDS));
      assertTrue(real.awaits.get() < 15, "waits in 100 ticks: " + real.awaits);
    }
  }

  @Test
  void driver_taskThatThrowsAnError_goesOn() {
    List<Throwable> errors =
        List.of(
            new AssertionError("assertion"),
            new StackOverflowError("deep"),
            new OutOfMemoryError("full"),
            new LinkageError("unlinked"));
    for (Throwable error : errors) {
      timers.schedule(
          TEN,
          () -> {
            throw (Error) error;
          });
    }
    timers.schedule(TEN, task);
    clock.advance(TEN);
    assertEquals(1, runs.get());
    assertEquals(errors, failures.all().stream().map(Failures.Failure::error).toList());
    timers.schedule(TEN, task);
    clock.advance(TEN);
    assertEquals(2, runs.get());
  }

  @Test
  void driver_thatBreaks_shutsItsServiceDownAndSaysSo() throws InterruptedException {
    AtomicBoolean broken = new AtomicBoolean();
    KeptThread brokenDriver = new KeptThread();
    Clock breaking =
        new Clock() {
          @Override
          public long nanoTime() {
            if (broken.get() && Thread.currentThread().equals(brokenDriver.get())) {
              throw new IllegalStateException("no time");
            }
            return clock.nanoTime();
          }

          @Override
          public Alarm newAlarm(Thread thread) {
            return clock.newAlarm(thread);
          }
        };
    try (LogCapture log = new LogCapture();
        TimerService fragile =
            TimerService.builder().clock(breaking).threadFactory(brokenDriver).build()) {
      CompletableFuture<Void> pending = fragile.after(TEN);
      clock.advance(Duration.ZERO);
      broken.set(true);
      clock.advance(TEN);
      brokenDriver.awaitEnd();
      assertEquals("the timer driver broke; its service is shut down", log.one().getMessage());
      assertTrue(fragile.isShutdown());
      assertEquals(
          RejectedExecutionException.class,
          assertThrows(ExecutionException.class, pending::get).getCause().getClass());
      broken.set(false);
      assertThrows(RejectedExecutionException.class, () -> fragile.schedule(TEN, NOTHING));
    }
  }

  @Test
  void builder_usedTwice_buildsTwoServices() {
    TimerService.Builder builder = TimerService.builder().clock(clock).maxPending(1);
    try (TimerService one = builder.build();
        TimerService two = builder.build()) {
      one.schedule(TEN, task);
      two.schedule(TEN, task);
      one.shutdownNow();
      clock.advance(TEN);
      assertEquals(1, runs.get());
    }
  }
}
