package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.EventLog.Event;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a listener receives. It can do no harm. */
class TimerListenerTest {
  private static final Duration TEN = Duration.ofMillis(10);
  private static final long MILLI = 1_000_000;

  private final VirtualClock clock = new VirtualClock(-7 * MILLI);
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final EventLog events = new EventLog();
  private final TimerService timers =
      TimerService.builder()
          .clock(taskTime)
          .listener(events)
          .maxPending(2)
          .exceptionHandler((task, error) -> {})
          .build();

  @AfterEach
  void close() {
    timers.close();
  }

  @Test
  void listener_lifeOfATimerThatFires_isToldEachStep() {
    long id = timers.arm(10, MILLISECONDS, () -> taskTime.spend(Duration.ofMillis(4)));
    timers.rearm(id, 20, MILLISECONDS);
    clock.advance(Duration.ofMillis(20));
    assertEquals(
        List.of(
            new Event("scheduled", id, 3 * MILLI, ""),
            new Event("rescheduled", id, 13 * MILLI, ""),
            new Event("fired", id, 0, ""),
            new Event("ran", id, 4 * MILLI, "")),
        events.all());
  }

  @Test
  void listener_timerWithHandle_hasOneIdAllItsLife() {
    TimerHandle timer = timers.schedule(TEN, NOTHING);
    timer.reschedule(Duration.ofMillis(5));
    timer.cancel();
    assertEquals(List.of("scheduled", "rescheduled", "cancelled"), events.names());
    assertEquals(1, events.all().stream().map(Event::id).distinct().count());
  }

  @Test
  void cancelled_byIdHandleOrFuture_isToldOnce() {
    long id = timers.arm(10, MILLISECONDS, NOTHING);
    timers.cancel(id);
    timers.cancel(id);
    assertEquals(id, events.one("cancelled").id());
    events.clear();
    timers.after(TEN).cancel(false);
    assertEquals(List.of("scheduled", "cancelled"), events.names());
  }

  @Test
  void handedBack_atShutdown_isToldForEachTimer() {
    long one = timers.arm(10, MILLISECONDS, NOTHING);
    timers.schedule(TEN, NOTHING);
    timers.shutdownNow();
    timers.shutdownNow();
    List<Long> ids = events.named("handedBack").stream().map(Event::id).toList();
    assertEquals(2, ids.size());
    assertTrue(ids.contains(one));
    assertEquals(
        events.named("scheduled").stream().map(Event::id).sorted().toList(),
        ids.stream().sorted().toList());
  }

  @Test
  void failed_taskThatThrows_isToldAndRanToo() {
    RuntimeException error = new RuntimeException("failing");
    long id =
        timers.arm(
            10,
            MILLISECONDS,
            () -> {
              throw error;
            });
    clock.advance(TEN);
    assertEquals(List.of("scheduled", "fired", "failed", "ran"), events.names());
    assertEquals(id, events.one("failed").id());
    assertSame(error, events.one("failed").what());
  }

  @Test
  void rejected_byTheLimit_isToldTheCauseThatTheCallerGets() {
    timers.schedule(TEN, NOTHING);
    timers.schedule(TEN, NOTHING);
    RejectedExecutionException refusal =
        assertThrows(RejectedExecutionException.class, () -> timers.schedule(TEN, NOTHING));
    assertSame(refusal, events.one("rejected").what());
    assertEquals(2, events.named("scheduled").size());
  }

  @Test
  void rejected_afterShutdown_isNotTold() {
    timers.shutdownNow();
    assertThrows(RejectedExecutionException.class, () -> timers.schedule(TEN, NOTHING));
    assertEquals(List.of(), events.all());
  }

  @Test
  void fired_late_isToldTheTimeSinceTheEndOfItsTick() {
    timers.schedule(Duration.ofNanos(10_300_000), NOTHING);
    clock.jump(Duration.ofMillis(50));
    assertEquals(39 * MILLI, events.one("fired").nanos());
  }

  @Test
  void paused_jumpPastTheNextEvent_isToldBeforeWhatIsDueFires() {
    timers.schedule(TEN, NOTHING);
    clock.jump(Duration.ofMillis(510));
    assertEquals(List.of("scheduled", "paused", "fired", "ran"), events.names());
    assertEquals(500 * MILLI, events.one("paused").nanos());
  }

  @Test
  void paused_slowTask_isNotTold() {
    timers.schedule(TEN, () -> taskTime.spend(Duration.ofSeconds(9)));
    timers.schedule(Duration.ofMillis(20), NOTHING);
    clock.advance(TEN);
    assertEquals(2, events.named("fired").size());
    assertEquals(List.of(), events.named("paused"));
  }

  @Test
  void periodic_eachRun_isToldAndTheNextOneIsNotScheduledAnew() {
    TimerHandle timer = timers.scheduleAtFixedRate(TEN, TEN, NOTHING);
    clock.advance(Duration.ofMillis(25));
    timer.cancel();
    assertEquals(List.of("scheduled", "fired", "ran", "fired", "ran", "cancelled"), events.names());
  }

  /**
   * The first of two timers that are due together cancels the other, whose task then does not run.
   */
  @Test
  void ran_periodicTimerCancelledBeforeItsRun_isNotTold() {
    List<TimerHandle> both = new ArrayList<>();
    AtomicInteger runs = new AtomicInteger();
    for (int i = 0; i < 2; i++) {
      both.add(
          timers.scheduleAtFixedRate(
              TEN,
              TEN,
              () -> {
                runs.incrementAndGet();
                both.forEach(TimerHandle::cancel);
              }));
    }
    clock.advance(Duration.ofMillis(50));
    assertEquals(1, runs.get());
    assertEquals(2, events.named("cancelled").size());
    assertEquals(1, events.named("ran").size(), events.names().toString());
  }

  @Test
  void firedAndRan_burstOfMissedRuns_areToldForEach() {
    TimerOptions burst = TimerOptions.builder().missedTick(MissedTick.BURST).build();
    timers.scheduleAtFixedRate(TEN, TEN, () -> taskTime.spend(Duration.ofMillis(1)), burst);
    clock.jump(Duration.ofMillis(35));
    assertEquals(
        List.of("scheduled", "fired", "ran", "fired", "ran", "fired", "ran"), events.names());
    events.named("ran").forEach(ran -> assertEquals(MILLI, ran.nanos()));
    // Due at 10, 20 and 30 ms; run at 35, 36 and 37.
    assertEquals(
        List.of(25 * MILLI, 16 * MILLI, 7 * MILLI),
        events.named("fired").stream().map(EventLog.Event::nanos).toList());
  }

  @Test
  void listener_withExecutor_isToldOfRunsAsWell() {
    QueueingExecutor queue = new QueueingExecutor();
    EventLog heard = new EventLog();
    try (TimerService queued =
        TimerService.builder().clock(clock).executor(queue).listener(heard).build()) {
      queued.schedule(TEN, NOTHING);
      clock.advance(TEN);
      assertEquals(List.of("scheduled"), heard.names(), "it can still be cancelled");
      queue.runAll();
      assertEquals(List.of("scheduled", "fired", "ran"), heard.names());
    }
  }

  @Test
  void listener_callsOfTheCaller_comeOnItsThreadAndTheOthersOnTheDriver() {
    Map<String, Set<Thread>> threads = new ConcurrentHashMap<>();
    TimerService heard = onEachCall(name -> noteThread(threads, name));
    driveThroughAllEvents(heard);
    Thread self = Thread.currentThread();
    for (String name : List.of("scheduled", "rescheduled", "cancelled", "rejected", "handedBack")) {
      assertEquals(Set.of(self), threads.get(name), name);
    }
    for (String name : List.of("fired", "ran", "failed", "paused")) {
      Thread driver = threads.get("ran").iterator().next();
      assertEquals(Set.of(driver), threads.get(name), name);
      assertNotEquals(self, driver);
    }
  }

  private static void noteThread(Map<String, Set<Thread>> threads, String name) {
    threads.computeIfAbsent(name, _ -> ConcurrentHashMap.newKeySet()).add(Thread.currentThread());
  }

  /** If the caller of the listener held a lock, another thread could not do this. */
  @Test
  void listener_anyCall_holdsNoLock() {
    AtomicReference<TimerService> itself = new AtomicReference<>();
    Set<String> done = ConcurrentHashMap.newKeySet();
    TimerService heard =
        onEachCall(
            name -> {
              CompletableFuture.supplyAsync(() -> itself.get().pending())
                  .orTimeout(10, SECONDS)
                  .join();
              done.add(name);
            });
    itself.set(heard);
    driveThroughAllEvents(heard);
    assertEquals(9, done.size(), done.toString());
  }

  private TimerService onEachCall(Consumer<String> call) {
    TimerListener listener =
        (TimerListener)
            Proxy.newProxyInstance(
                TimerListener.class.getClassLoader(),
                new Class<?>[] {TimerListener.class},
                (_, method, _) -> {
                  call.accept(method.getName());
                  return null;
                });
    return TimerService.builder()
        .clock(clock)
        .listener(listener)
        .maxPending(3)
        .exceptionHandler((task, error) -> {})
        .build();
  }

  /** Causes every event except a stall, and shuts the service down. */
  private void driveThroughAllEvents(TimerService heard) {
    long id = heard.arm(10, MILLISECONDS, NOTHING);
    assertTrue(heard.rearm(id, 11, MILLISECONDS));
    heard.schedule(
        TEN,
        () -> {
          throw new IllegalStateException("failing");
        });
    TimerHandle handle = heard.schedule(TEN, NOTHING);
    assertThrows(RejectedExecutionException.class, () -> heard.schedule(TEN, NOTHING));
    assertTrue(handle.cancel());
    clock.jump(Duration.ofSeconds(1));
    heard.schedule(TEN, NOTHING);
    assertEquals(List.of(NOTHING), heard.shutdownNow());
    heard.close();
  }

  @Test
  void listener_throwsFromEveryMethod_isLoggedAndOtherwiseIgnored() {
    AtomicInteger calls = new AtomicInteger();
    try (LogCapture log = new LogCapture()) {
      TimerService hit =
          onEachCall(
              name -> {
                calls.incrementAndGet();
                throw new AssertionError("from " + name);
              });
      driveThroughAllEvents(hit);
      List<LogRecord> records = log.records();
      assertEquals(calls.get(), records.size());
      records.forEach(logged -> assertEquals("a timer listener failed", logged.getMessage()));
      List<String> from =
          records.stream()
              .map(logged -> logged.getThrown().getMessage())
              .distinct()
              .sorted()
              .toList();
      assertEquals(
          List.of(
              "from cancelled",
              "from failed",
              "from fired",
              "from handedBack",
              "from paused",
              "from ran",
              "from rejected",
              "from rescheduled",
              "from scheduled"),
          from);
    }
  }

  @Test
  void exceptionHandler_thatThrows_isLoggedAndOtherwiseIgnored() {
    try (LogCapture log = new LogCapture();
        TimerService hit =
            TimerService.builder()
                .clock(clock)
                .exceptionHandler(
                    (task, error) -> {
                      throw new AssertionError("handler");
                    })
                .build()) {
      TimerHandle periodic =
          hit.scheduleAtFixedRate(
              TEN,
              TEN,
              () -> {
                throw new IllegalStateException("task");
              });
      clock.advance(Duration.ofMillis(25));
      assertEquals(TimerHandle.State.PENDING, periodic.state());
      assertEquals(4, log.records().size());
      assertEquals("the exception handler failed", log.records().getFirst().getMessage());
      assertEquals("task", log.records().get(1).getThrown().getMessage(), "nothing is lost");
    }
  }

  @Test
  void exceptionHandler_default_logsAnErrorWithTheTask() {
    Runnable failing =
        new Runnable() {
          @Override
          public void run() {
            throw new IllegalStateException("nobody handles this");
          }

          @Override
          public String toString() {
            return "the failing task";
          }
        };
    try (LogCapture log = new LogCapture();
        TimerService plain = TimerService.builder().clock(clock).build()) {
      plain.schedule(TEN, failing);
      clock.advance(TEN);
      LogRecord logged = log.one();
      assertEquals("timer task failed: the failing task", logged.getMessage());
      assertEquals(Level.SEVERE, logged.getLevel());
      assertEquals("nobody handles this", logged.getThrown().getMessage());
    }
  }

  @Test
  void listener_defaultMethods_doNothing() {
    TimerListener quiet = new TimerListener() {};
    try (TimerService heard = TimerService.builder().clock(clock).listener(quiet).build()) {
      heard.schedule(TEN, NOTHING).cancel();
      heard.scheduleAtFixedRate(TEN, TEN, NOTHING);
      clock.jump(Duration.ofSeconds(1));
      assertEquals(1, heard.pending());
    }
  }
}
