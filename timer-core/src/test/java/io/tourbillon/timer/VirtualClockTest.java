package io.tourbillon.timer;

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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clock for tests, with real services on it. */
@Timeout(30)
class VirtualClockTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final Failures failures = new Failures();
  private final TimerService timers =
      TimerService.builder().clock(clock).exceptionHandler(failures).build();
  private final RunTimes task = new RunTimes(clock);

  private long millis() {
    return clock.nanoTime() / 1_000_000;
  }

  @AfterEach
  void close() {
    timers.close();
  }

  @Test
  void clock_new_beginsAtZeroOrWhereItIsTold() {
    assertEquals(0, new VirtualClock().nanoTime());
    assertEquals(Long.MIN_VALUE, new VirtualClock(Long.MIN_VALUE).nanoTime());
    assertEquals(-3, new VirtualClock(-3).nanoTime());
  }

  @Test
  void clock_untouched_standsStill() {
    timers.schedule(Duration.ofMillis(1), task);
    clock.advance(Duration.ZERO);
    assertEquals(0, clock.nanoTime());
    assertEquals(List.of(), task.millis());
  }

  @Test
  void advance_withTimersOnTheWay_letsEachSeeItsTime() {
    timers.schedule(Duration.ofMillis(30), task);
    timers.schedule(TEN, task);
    timers.schedule(TEN, () -> timers.schedule(TEN, task));
    clock.advance(Duration.ofMillis(40));
    assertEquals(List.of(10L, 20L, 30L), task.millis());
    assertEquals(40, millis());
  }

  @Test
  void advance_whenItReturns_tasksHaveRunToTheirEnd() {
    AtomicInteger ended = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      timers.schedule(
          TEN,
          () -> {
            LockSupport.parkNanos(10_000);
            ended.incrementAndGet();
          });
    }
    clock.advance(TEN);
    assertEquals(50, ended.get());
  }

  @Test
  void advance_toTheInstantOfATimer_includesIt() {
    timers.schedule(TEN, task);
    clock.advance(TEN);
    assertEquals(List.of(10L), task.millis());
  }

  @Test
  void advance_withSeveralServices_goesThroughTheirEventsInOrder() {
    try (TimerService other = TimerService.builder().clock(clock).build()) {
      for (int i = 1; i <= 5; i++) {
        timers.schedule(Duration.ofMillis(2L * i), task);
        other.schedule(Duration.ofMillis(2L * i + 1), task);
      }
      clock.advance(Duration.ofMillis(20));
      assertEquals(List.of(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L), task.millis());
    }
  }

  @Test
  void jump_pastTimers_letsAllSeeTheTimeAfterwards() {
    timers.schedule(TEN, task);
    timers.schedule(Duration.ofMillis(30), task);
    clock.jump(Duration.ofMillis(40));
    assertEquals(List.of(40L, 40L), task.millis());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE})
  void advance_negative_isRefusedAndTimeStandsStill(long nanos) {
    Duration back = Duration.ofNanos(nanos);
    assertThrows(IllegalArgumentException.class, () -> clock.advance(back));
    assertThrows(IllegalArgumentException.class, () -> clock.jump(back));
    assertEquals(0, clock.nanoTime());
  }

  @Test
  void advance_longerThanTheRangeOfTheClock_isRefusedAndTimeStandsStill() {
    Duration tooLong = Duration.ofSeconds(Long.MAX_VALUE);
    assertThrows(ArithmeticException.class, () -> clock.advance(tooLong));
    assertThrows(ArithmeticException.class, () -> clock.jump(tooLong));
    assertEquals(0, clock.nanoTime());
    // The clock can still be advanced.
    clock.advance(TEN);
    assertEquals(10, millis());
  }

  @Test
  void advanceToNextEvent_timersPending_goesFromOneToTheNext() {
    timers.schedule(TEN, task);
    timers.schedule(Duration.ofMillis(25), task);
    assertTrue(clock.advanceToNextEvent());
    assertEquals(10, millis());
    assertEquals(List.of(10L), task.millis());
    assertTrue(clock.advanceToNextEvent());
    assertEquals(25, millis());
    assertEquals(List.of(10L, 25L), task.millis());
    assertFalse(clock.advanceToNextEvent());
    assertEquals(25, millis());
  }

  @Test
  void advanceToNextEvent_farTimer_isReachedInAFewSteps() {
    timers.schedule(Duration.ofDays(100), task);
    int steps = 0;
    while (clock.advanceToNextEvent()) {
      steps++;
    }
    assertEquals(List.of(Duration.ofDays(100).toMillis()), task.millis());
    assertTrue(steps <= 8, "steps: " + steps);
  }

  @Test
  void autoAdvance_timersPending_firesThemAllAtTheirTimes() throws InterruptedException {
    CountDownLatch all = new CountDownLatch(3);
    timers.schedule(
        Duration.ofDays(365),
        () -> {
          task.run();
          all.countDown();
          timers.schedule(
              TEN,
              () -> {
                task.run();
                all.countDown();
              });
        });
    timers.schedule(
        Duration.ofDays(366),
        () -> {
          task.run();
          all.countDown();
        });
    clock.autoAdvance(true);
    assertTrue(all.await(20, SECONDS));
    long day = Duration.ofDays(1).toMillis();
    assertEquals(List.of(365 * day, 365 * day + 10, 366 * day), task.millis());
  }

  @Test
  void autoAdvance_nothingPending_standsStillUntilSomethingIs() throws Exception {
    clock.autoAdvance(true);
    clock.advance(Duration.ZERO);
    assertEquals(0, clock.nanoTime());
    timers.after(TEN).get(20, SECONDS);
    clock.advance(Duration.ZERO);
    assertEquals(10, millis());
  }

  @Test
  void autoAdvance_switchedOff_standsStill() throws Exception {
    clock.autoAdvance(true);
    timers.after(TEN).get(20, SECONDS);
    clock.autoAdvance(false);
    clock.advance(Duration.ZERO);
    long before = clock.nanoTime();
    CompletableFuture<Void> pending = timers.after(TEN);
    clock.advance(Duration.ZERO);
    assertEquals(before, clock.nanoTime());
    assertFalse(pending.isDone());
  }

  @Test
  void autoAdvance_held_waitsUntilAllIsOver() throws Exception {
    Clock.Hold first = clock.hold();
    Clock.Hold second = clock.hold();
    clock.autoAdvance(true);
    CompletableFuture<Void> due = timers.after(TEN);
    assertFalse(clock.awaitStandstill(Duration.ofMillis(20)));
    first.close();
    assertFalse(clock.awaitStandstill(Duration.ofMillis(20)));
    assertEquals(0, millis());
    second.close();
    due.get(10, SECONDS);
    assertEquals(10, millis());
  }

  @Test
  void hold_ofAClockThatIsMovedByHand_changesNothing() {
    try (Clock.Hold hold = clock.hold()) {
      timers.schedule(TEN, task);
      clock.advance(TEN);
      assertEquals(List.of(10L), task.millis(), hold::toString);
    }
  }

  @Test
  void awaitStandstill_comesWhenNothingIsPending() throws Exception {
    for (long hours = 1; hours <= 50; hours++) {
      timers.schedule(Duration.ofHours(hours), task);
    }
    clock.autoAdvance(true);
    assertTrue(clock.awaitStandstill(Duration.ofSeconds(20)));
    assertEquals(50, task.millis().size());
  }

  @Test
  void awaitStandstill_whereTimeDoesNotMoveByItself_comesAtRest() throws Exception {
    timers.schedule(
        TEN,
        () -> {
          timers.schedule(TEN, task);
          clock.autoAdvance(false);
        });
    clock.autoAdvance(true);
    assertTrue(clock.awaitStandstill(Duration.ofSeconds(20)));
    assertEquals(10, millis());
    assertEquals(1, timers.pending());
  }

  @Test
  void awaitStandstill_whileATaskRuns_givesUpInTheEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    timers.schedule(
        Duration.ZERO,
        () -> {
          begun.countDown();
          awaitQuietly(over);
        });
    clock.autoAdvance(true);
    assertTrue(begun.await(10, SECONDS));
    assertFalse(clock.awaitStandstill(Duration.ofMillis(20)));
    over.countDown();
    assertTrue(clock.awaitStandstill(Duration.ofSeconds(20)));
  }

  @Test
  void whenAtRest_isBeforeTimeMoves_eachAtARestOfItsOwn() throws Exception {
    List<String> log = new ArrayList<>();
    timers.schedule(
        TEN,
        () -> {
          timers.schedule(TEN, () -> log.add("later at " + millis()));
          clock.whenAtRest(
              () -> {
                log.add("first at " + millis());
                timers.schedule(Duration.ZERO, () -> log.add("of the first at " + millis()));
              });
          clock.whenAtRest(() -> log.add("second at " + millis()));
        });
    clock.autoAdvance(true);
    assertTrue(clock.awaitStandstill(Duration.ofSeconds(20)));
    assertEquals("first at 10", log.getFirst());
    assertEquals("later at 20", log.getLast());
    assertEquals(4, log.size());
  }

  @Test
  void autoAdvance_whileATaskRuns_waitsForItsEnd() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    CountingClock counting = new CountingClock(clock);
    try (TimerService other = TimerService.builder().clock(counting).build()) {
      timers.schedule(
          TEN,
          () -> {
            running.countDown();
            awaitQuietly(mayEnd);
            // Work of the other service meanwhile must not have advanced time.
            task.run();
          });
      CompletableFuture<Void> later = other.after(Duration.ofMillis(20));
      clock.autoAdvance(true);
      assertTrue(running.await(20, SECONDS));
      int awaits = counting.awaits.get();
      CompletableFuture<Void> soon = other.after(Duration.ofMillis(3));
      while (counting.awaits.get() == awaits) {
        Thread.onSpinWait();
      }
      assertEquals(10, millis());
      assertFalse(soon.isDone() || later.isDone());
      mayEnd.countDown();
      later.get(20, SECONDS);
      assertTrue(soon.isDone());
      assertEquals(20, millis());
      assertEquals(List.of(10L), task.millis());
    }
  }

  /** The last busy service is closed instead of coming to rest. */
  @Test
  void autoAdvance_busyServiceIsClosed_goesOnForTheOthers() throws Exception {
    TimerService closing = TimerService.builder().clock(clock).build();
    CompletableFuture<Void> other = timers.after(Duration.ofMillis(20));
    closing.schedule(
        TEN,
        () -> {
          // By now, the other service rests; it has nothing due for another 10 ms.
          closing.close();
        });
    clock.autoAdvance(true);
    other.get(10, SECONDS);
    assertEquals(20, millis());
  }

  @Test
  void move_fromATask_isRefused() {
    timers.schedule(TEN, () -> clock.advance(TEN));
    timers.schedule(TEN, () -> clock.jump(TEN));
    timers.schedule(TEN, clock::advanceToNextEvent);
    clock.advance(TEN);
    assertEquals(10, millis());
    assertEquals(3, failures.count());
    for (Failures.Failure failure : failures.all()) {
      assertEquals(IllegalStateException.class, failure.error().getClass());
      String message = failure.error().getMessage();
      assertTrue(message.startsWith("time must not be moved from inside a task: "), message);
    }
  }

  @Test
  void advance_interruptedWhileItWaitsForATask_saysSoAndKeepsTheStatus() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    timers.schedule(
        TEN,
        () -> {
          running.countDown();
          awaitQuietly(mayEnd);
        });
    CompletableFuture<Boolean> status = new CompletableFuture<>();
    Thread moving =
        Thread.ofPlatform()
            .start(
                () -> {
                  assertThrows(IllegalStateException.class, () -> clock.advance(TEN));
                  status.complete(Thread.currentThread().isInterrupted());
                });
    assertTrue(running.await(20, SECONDS));
    moving.interrupt();
    assertTrue(status.get(20, SECONDS));
    mayEnd.countDown();
  }

  @Test
  void alarm_wokenBeforeItsWait_doesNotWait() {
    Clock.Alarm alarm = clock.newAlarm(Thread.currentThread());
    alarm.wake();
    alarm.await();
    alarm.wake();
    alarm.awaitUntil(Duration.ofHours(1).toNanos());
    alarm.awaitUntil(-1);
    alarm.close();
    clock.advance(TEN);
    assertEquals(10, millis());
  }

  @Test
  void advance_tasksOnAnExecutor_areNotWaitedFor() {
    QueueingExecutor queue = new QueueingExecutor();
    try (TimerService queued = TimerService.builder().clock(clock).executor(queue).build()) {
      queued.schedule(TEN, task);
      clock.advance(Duration.ofSeconds(1));
      assertEquals(1, queue.size());
      assertEquals(0, task.count());
    }
  }

  @Tag("long")
  @Timeout(120)
  @Test
  void advance_taskThatDoesNotEnd_saysSoAfterAMinute() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    timers.schedule(
        TEN,
        () -> {
          try {
            assertTrue(mayEnd.await(100, SECONDS));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
    IllegalStateException stuck =
        assertThrows(IllegalStateException.class, () -> clock.advance(TEN));
    assertTrue(stuck.getMessage().startsWith("no rest within 60 s"), stuck.getMessage());
    mayEnd.countDown();
  }

  @Test
  void advance_afterAllServicesAreClosed_justMovesTime() {
    timers.schedule(TEN, task);
    timers.close();
    clock.advance(Duration.ofDays(1));
    assertEquals(Duration.ofDays(1).toNanos(), clock.nanoTime());
    assertFalse(clock.advanceToNextEvent());
    assertEquals(List.of(), task.millis());
  }

  @Test
  void advance_acrossTheWrapOfTheClock_goesOn() {
    VirtualClock wrapping = new VirtualClock(Long.MAX_VALUE - 5_000_000);
    AtomicInteger runs = new AtomicInteger();
    try (TimerService across = TimerService.builder().clock(wrapping).build()) {
      across.scheduleAtFixedRate(Duration.ofMillis(1), Duration.ofMillis(1), runs::incrementAndGet);
      for (int i = 0; i < 10; i++) {
        assertTrue(wrapping.advanceToNextEvent());
      }
      assertEquals(10, runs.get());
      assertEquals(Long.MIN_VALUE + 4_999_999, wrapping.nanoTime());
    }
  }

  @Test
  void advance_byTwoThreadsAtOnce_movesByTheSum() throws InterruptedException {
    timers.scheduleAtFixedRate(Duration.ofMillis(1), Duration.ofMillis(1), task);
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < 2; number++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 100; i++) {
                      clock.advance(TEN);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertEquals(2000, millis());
    assertEquals(2000, task.count());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
