package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a poll fires and when the next one has something to do, for both kinds of services. */
class PolledTimerServiceTest {
  private static final Duration TEN = Duration.ofMillis(10);
  private static final int ALL = Integer.MAX_VALUE;

  enum Kind {
    CONFINED,
    SHARED
  }

  private final VirtualClock clock = new VirtualClock();
  private final Failures failures = new Failures();
  private final AtomicInteger wakeups = new AtomicInteger();
  private final AtomicInteger runs = new AtomicInteger();
  private final Runnable task = runs::incrementAndGet;
  private final List<String> log = new ArrayList<>();

  private PolledTimerService build(Kind kind, TimerService.Builder builder) {
    builder.clock(clock).exceptionHandler(failures);
    return kind == Kind.CONFINED
        ? builder.buildPolled()
        : builder.buildPolled(wakeups::incrementAndGet);
  }

  private PolledTimerService build(Kind kind) {
    return build(kind, TimerService.builder());
  }

  private Runnable logging(String entry) {
    return () -> log.add(entry);
  }

  @ParameterizedTest
  @EnumSource
  void poll_afterTimeHasPassed_firesWhatIsDueInTheCallingThread(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      CompletableFuture<Thread> ranOn = new CompletableFuture<>();
      timers.schedule(TEN, () -> ranOn.complete(Thread.currentThread()));
      timers.schedule(Duration.ofMillis(11), task);
      assertEquals(0, timers.poll(ALL));
      clock.advance(TEN);
      assertEquals(1, timers.poll(ALL));
      assertEquals(Thread.currentThread(), ranOn.join());
      assertEquals(0, timers.poll(ALL));
      assertEquals(1, timers.pending());
    }
  }

  @ParameterizedTest
  @EnumSource
  void poll_late_firesInTheOrderOfTicksWhateverTheBudget(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      for (int millis = 50; millis > 0; millis--) {
        int tick = millis;
        timers.schedule(millis, MILLISECONDS, () -> log.add("h" + tick));
        timers.arm(millis, MILLISECONDS, () -> log.add("t" + tick));
      }
      clock.advance(Duration.ofMillis(50));
      int polls = 0;
      for (int fired = timers.poll(3); fired > 0; fired = timers.poll(3)) {
        assertTrue(fired <= 3, "fired " + fired);
        polls++;
      }
      assertEquals(34, polls);
      List<Integer> ticks = log.stream().map(entry -> Integer.valueOf(entry.substring(1))).toList();
      assertEquals(ticks.stream().sorted().toList(), ticks);
      assertEquals(100, ticks.size());
    }
  }

  @ParameterizedTest
  @EnumSource
  void poll_withABudgetInTheMiddleOfATick_goesOnThereNextTime(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      for (int i = 0; i < 1000; i++) {
        timers.arm(10, MILLISECONDS, task);
      }
      timers.schedule(Duration.ofMillis(11), logging("later"));
      clock.advance(Duration.ofMillis(20));
      assertEquals(300, timers.poll(300));
      assertEquals(0, timers.nanosToNextEvent());
      assertEquals(700, timers.poll(700));
      assertEquals(List.of(), log);
      assertEquals(1, timers.poll(700));
      assertEquals(1000, runs.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void poll_budgetBelowOne_isRefused(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      assertEquals(
          "budget must be at least 1: 0",
          assertThrows(IllegalArgumentException.class, () -> timers.poll(0)).getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource
  void poll_taskThatSchedulesWithoutDelayForEver_returns(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      Runnable again =
          new Runnable() {
            @Override
            public void run() {
              runs.incrementAndGet();
              timers.arm(0, NANOSECONDS, this);
            }
          };
      again.run();
      for (int i = 0; i < 5; i++) {
        clock.advance(Duration.ofMillis(1));
        assertEquals(1, timers.poll(ALL));
      }
      assertEquals(6, runs.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void poll_fromATask_isRefusedAndTheTaskGoesOn(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      timers.schedule(TEN, () -> timers.poll(1));
      timers.schedule(TEN, timers::nanosToNextEvent);
      timers.schedule(TEN, task);
      clock.advance(TEN);
      assertEquals(3, timers.poll(ALL));
      assertEquals(
          List.of(
              "nanosToNextEvent must not be called from inside a task of the service",
              "poll must not be called from inside a task of the service"),
          failures.all().stream().map(failure -> failure.error().getMessage()).sorted().toList());
      assertEquals(1, runs.get());
      assertEquals(0, timers.poll(ALL));
    }
  }

  @ParameterizedTest
  @EnumSource
  void task_schedulesCancelsAndReschedules(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      TimerHandle cancelled = timers.schedule(Duration.ofMillis(30), task);
      TimerHandle moved = timers.schedule(Duration.ofMillis(40), task);
      timers.schedule(
          TEN,
          () -> {
            assertTrue(cancelled.cancel());
            assertTrue(moved.reschedule(Duration.ofMillis(5)));
            timers.schedule(Duration.ofMillis(5), task);
          });
      clock.advance(TEN);
      assertEquals(1, timers.poll(ALL));
      assertEquals(5_000_000, timers.nanosToNextEvent());
      clock.advance(Duration.ofMillis(5));
      assertEquals(2, timers.poll(ALL));
      assertEquals(2, runs.get());
      assertEquals(List.of(), failures.all());
    }
  }

  @ParameterizedTest
  @EnumSource
  void nanosToNextEvent_nothingPending_isForEver(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      assertEquals(Long.MAX_VALUE, timers.nanosToNextEvent());
      timers.schedule(TEN, task).cancel();
      assertEquals(Long.MAX_VALUE, timers.nanosToNextEvent());
    }
  }

  @ParameterizedTest
  @EnumSource
  void nanosToNextEvent_isTheRestUntilTheTickAndZeroOnceItHasCome(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      timers.schedule(Duration.ofNanos(9_000_001), task);
      clock.advance(Duration.ofNanos(300));
      assertEquals(9_999_700, timers.nanosToNextEvent());
      clock.advance(Duration.ofNanos(9_999_699));
      assertEquals(1, timers.nanosToNextEvent());
      clock.advance(Duration.ofNanos(1));
      assertEquals(0, timers.nanosToNextEvent());
      assertEquals(1, timers.poll(ALL));
    }
  }

  @ParameterizedTest
  @EnumSource
  void loop_farTimer_restsAFewTimesAndFiresExactly(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      timers.schedule(Duration.ofDays(30), task);
      int rests = 0;
      while (runs.get() == 0) {
        clock.advance(Duration.ofNanos(timers.nanosToNextEvent()));
        timers.poll(ALL);
        rests++;
      }
      assertEquals(Duration.ofDays(30).toNanos(), clock.nanoTime());
      assertTrue(rests <= 5, "rests: " + rests);
    }
  }

  @ParameterizedTest
  @EnumSource
  void virtualClock_serviceThatNobodyPolls_isNotHeldUp(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      timers.schedule(TEN, task);
      clock.advance(Duration.ofDays(1));
      assertEquals(Duration.ofDays(1).minus(TEN), timers.overdue());
      assertEquals(1, timers.dump().pending());
    }
  }

  @ParameterizedTest
  @EnumSource
  void periodicTimer_runsOnceAPollAndSkipsWhatWasMissed(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      TimerHandle beat = timers.scheduleAtFixedRate(TEN, TEN, task);
      for (int i = 0; i < 10; i++) {
        clock.advance(TEN);
        assertEquals(1, timers.poll(ALL));
      }
      clock.advance(Duration.ofMillis(95));
      assertEquals(1, timers.poll(ALL));
      assertEquals(11, runs.get());
      assertEquals(5_000_000, timers.nanosToNextEvent());
      assertTrue(beat.cancel());
    }
  }

  @ParameterizedTest
  @EnumSource
  void view_tasks_runInTheirOrderAndCountForTheBudget(Kind kind) throws Exception {
    try (PolledTimerService timers = build(kind)) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      Future<?> _ = view.schedule(logging("d2"), 2, MILLISECONDS);
      ScheduledFuture<String> first = view.schedule(() -> "d1", 1, MILLISECONDS);
      view.execute(logging("now1"));
      view.execute(logging("now2"));
      timers.schedule(2, MILLISECONDS, logging("timer"));
      assertEquals(0, timers.nanosToNextEvent());
      assertEquals(1, timers.poll(1));
      assertEquals(List.of("now1"), log);
      assertEquals(1, timers.poll(ALL));
      clock.advance(Duration.ofMillis(2));
      assertEquals(1, timers.poll(1));
      assertEquals("d1", first.get());
      assertEquals(2, timers.poll(ALL));
      assertEquals(List.of("now1", "now2", "d2", "timer"), log);
    }
  }

  @ParameterizedTest
  @EnumSource
  void viewClose_inTheLoop_shutsDownAndDoesNotWait(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      ScheduledExecutorView view = timers.asScheduledExecutor();
      Future<?> _ = view.schedule(task, 10, MILLISECONDS);
      timers.poll(1);
      view.close();
      assertTrue(view.isShutdown());
      assertFalse(view.isTerminated());
      clock.advance(TEN);
      timers.poll(1);
      assertTrue(view.isTerminated());
      assertEquals(1, runs.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void futures_completeInThePoll(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      CompletableFuture<Void> after = timers.after(TEN);
      CompletableFuture<String> late = timers.timeout(new CompletableFuture<String>(), TEN);
      clock.advance(TEN);
      assertEquals(2, timers.poll(ALL));
      assertTrue(after.isDone());
      assertTrue(late.isCompletedExceptionally());
    }
  }

  @ParameterizedTest
  @EnumSource
  void memory_ofAPeak_isBackAfterPollsWithinASecond(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      List<Long> ids = new ArrayList<>();
      for (int i = 0; i < 50_000; i++) {
        ids.add(timers.arm(1, HOURS, NOTHING));
      }
      ids.forEach(timers::cancel);
      assertTrue(Internals.isTrimmable(timers));
      int rests = 0;
      long nanos = timers.nanosToNextEvent();
      while (nanos != Long.MAX_VALUE) {
        clock.advance(Duration.ofNanos(nanos));
        assertEquals(0, timers.poll(ALL));
        nanos = timers.nanosToNextEvent();
        assertTrue(rests++ < 1000, "the loop does not come to rest");
      }
      assertFalse(Internals.isTrimmable(timers));
      assertTrue(clock.nanoTime() <= 1_000_000_000, "at " + clock.nanoTime());
      Internals.checkInvariants(timers);
    }
  }

  @ParameterizedTest
  @EnumSource
  void stats_andListener_knowWhatPollsHaveFired(Kind kind) {
    EventLog events = new EventLog();
    try (PolledTimerService timers =
        build(kind, TimerService.builder().recordStats().listener(events))) {
      timers.schedule(TEN, task);
      timers.schedule(TEN, task).cancel();
      timers.schedule(
          TEN,
          () -> {
            throw new IllegalStateException("broken");
          });
      clock.advance(TEN);
      timers.poll(ALL);
      assertEquals(2, timers.stats().fired());
      assertEquals(1, timers.stats().cancelled());
      assertEquals(1, timers.stats().exceptions());
      assertEquals("broken", failures.one().error().getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownNow_handsBackAndLaterPollsDoNothing(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      TimerHandle handle = timers.schedule(TEN, task);
      CompletableFuture<Void> future = timers.after(TEN);
      assertEquals(List.of(task), timers.shutdownNow());
      assertEquals(TimerHandle.State.HANDED_BACK, handle.state());
      assertTrue(future.isCompletedExceptionally());
      clock.advance(TEN);
      assertEquals(0, timers.poll(ALL));
      assertEquals(Long.MAX_VALUE, timers.nanosToNextEvent());
      assertThrows(RejectedExecutionException.class, () -> timers.schedule(TEN, task));
      assertTrue(timers.toString().contains("[Terminated, pending timers = 0]"));
      assertEquals(kind == Kind.SHARED ? 1 : 0, wakeups.get());
    }
  }

  @ParameterizedTest
  @EnumSource
  void shutdownNow_fromATask_letsTheBatchEnd(Kind kind) {
    PolledTimerService timers = build(kind);
    for (int i = 0; i < 3; i++) {
      timers.schedule(
          TEN,
          () -> {
            runs.incrementAndGet();
            timers.close();
          });
    }
    timers.schedule(Duration.ofMillis(20), task);
    clock.advance(TEN);
    assertEquals(3, timers.poll(ALL));
    assertEquals(3, runs.get());
    assertEquals(0, timers.pending());
    assertEquals(0, timers.poll(ALL));
  }

  @ParameterizedTest
  @EnumSource
  void close_withAGraceInTheLoop_hasNothingToWaitFor(Kind kind) {
    PolledTimerService timers = build(kind);
    timers.schedule(TEN, task);
    assertTrue(timers.close(Duration.ofSeconds(20)));
  }

  @ParameterizedTest
  @EnumSource
  void interrupt_beforeThePollOrByATask_isRestoredAfterItAndSeenByNoTask(Kind kind) {
    try (PolledTimerService timers = build(kind)) {
      List<Boolean> seen = new ArrayList<>();
      Runnable looking = () -> seen.add(Thread.currentThread().isInterrupted());
      timers.schedule(TEN, looking);
      clock.advance(TEN);
      Thread.currentThread().interrupt();
      timers.poll(ALL);
      assertTrue(Thread.interrupted());
      timers.schedule(TEN, () -> Thread.currentThread().interrupt());
      timers.schedule(TEN, looking);
      clock.advance(TEN);
      timers.poll(ALL);
      assertTrue(Thread.interrupted());
      assertEquals(List.of(false, false), seen);
      timers.poll(ALL);
      assertFalse(Thread.interrupted());
    }
  }

  @ParameterizedTest
  @EnumSource
  void poll_thatBreaks_shutsTheServiceDownAndSaysSo(Kind kind) {
    AtomicBoolean broken = new AtomicBoolean();
    Clock breaking =
        new Clock() {
          @Override
          public long nanoTime() {
            if (broken.get()) {
              throw new IllegalStateException("no time");
            }
            return clock.nanoTime();
          }

          @Override
          public Alarm newAlarm(Thread thread) {
            throw new AssertionError("a polled service does not wait");
          }
        };
    try (LogCapture captured = new LogCapture()) {
      TimerService.Builder builder =
          TimerService.builder().clock(breaking).exceptionHandler(failures);
      PolledTimerService timers =
          kind == Kind.CONFINED ? builder.buildPolled() : builder.buildPolled(NOTHING);
      timers.schedule(TEN, task);
      broken.set(true);
      assertEquals(0, timers.poll(ALL));
      assertEquals("the timer driver broke; its service is shut down", captured.one().getMessage());
      assertTrue(timers.isShutdown());
      assertEquals(RejectedExecutionException.class, failures.one().error().getClass());
    }
  }

  @ParameterizedTest
  @EnumSource
  void service_thatNobodyRefersTo_isGarbageWithItsTimers(Kind kind) {
    Runnable held = () -> runs.incrementAndGet();
    WeakReference<PolledTimerService> dropped = new WeakReference<>(build(kind));
    dropped.get().schedule(TEN, held);
    assertTrue(Internals.isCollected(dropped));
  }

  @Test
  void builder_optionsThatNeedAThread_areRefused() {
    assertRefused(
        "a polled service must have no watchdog: PT1S",
        () -> TimerService.builder().watchdog(Duration.ofSeconds(1)).buildPolled());
    assertRefused(
        "a polled service must have no watchdog: PT1S",
        () -> TimerService.builder().watchdog(Duration.ofSeconds(1)).buildPolled(NOTHING));
    assertRefused(
        "a polled service must have no threadFactory: no thread",
        () -> TimerService.builder().threadFactory(Thread::new).buildPolled(NOTHING));
    Executor executor = new QueueingExecutor();
    assertRefused(
        "a confined service must have no executor, whose threads would use it as well; use"
            + " buildPolled(wakeup): "
            + executor,
        () -> TimerService.builder().executor(executor).buildPolled());
    assertRefused(
        "a polled service must have no spin: PT0.0001S",
        () -> TimerService.builder().spin(Duration.ofNanos(100_000)).buildPolled());
    TimerService.builder().watchdog(Duration.ZERO).spin(Duration.ZERO).buildPolled().close();
    assertEquals(
        "wakeup",
        assertThrows(NullPointerException.class, () -> TimerService.builder().buildPolled(null))
            .getMessage());
  }

  private static void assertRefused(
      String message, org.junit.jupiter.api.function.Executable executable) {
    assertEquals(message, assertThrows(IllegalStateException.class, executable).getMessage());
  }
}
