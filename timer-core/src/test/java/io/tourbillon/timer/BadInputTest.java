package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** Invalid arguments are refused with an error that names the rule and the value. */
class BadInputTest {
  private static final Duration TEN = Duration.ofMillis(10);
  private static final TimerOptions DEFAULTS = TimerOptions.defaults();

  private final VirtualClock clock = new VirtualClock();
  private final EventLog events = new EventLog();
  private final TimerService timers =
      TimerService.builder().clock(clock).listener(events).maxPending(1).build();

  @AfterEach
  void close() {
    assertEquals(0, timers.pending());
    // No permit was lost by a refusal.
    timers.schedule(TEN, NOTHING);
    assertEquals(List.of("scheduled"), events.names());
    timers.close();
  }

  private static DynamicTest refusesNull(String name, String call, Executable executable) {
    return dynamicTest(
        call + " names " + name,
        () ->
            assertEquals(name, assertThrows(NullPointerException.class, executable).getMessage()));
  }

  @TestFactory
  Stream<DynamicTest> null_forAParameterOfTheService_isNamed() {
    CompletableFuture<String> stage = new CompletableFuture<>();
    return Stream.of(
        refusesNull("delay", "schedule", () -> timers.schedule(null, NOTHING)),
        refusesNull("task", "schedule", () -> timers.schedule(TEN, null)),
        refusesNull("unit", "schedule in units", () -> timers.schedule(1, null, NOTHING)),
        refusesNull("task", "schedule in units", () -> timers.schedule(1, MILLISECONDS, null)),
        refusesNull("delay", "with options", () -> timers.schedule(null, NOTHING, DEFAULTS)),
        refusesNull("task", "with options", () -> timers.schedule(TEN, null, DEFAULTS)),
        refusesNull("options", "with options", () -> timers.schedule(TEN, NOTHING, null)),
        refusesNull("initialDelay", "rate", () -> timers.scheduleAtFixedRate(null, TEN, NOTHING)),
        refusesNull("period", "rate", () -> timers.scheduleAtFixedRate(TEN, null, NOTHING)),
        refusesNull("task", "rate", () -> timers.scheduleAtFixedRate(TEN, TEN, null)),
        refusesNull("options", "rate", () -> timers.scheduleAtFixedRate(TEN, TEN, NOTHING, null)),
        refusesNull(
            "initialDelay", "delay", () -> timers.scheduleWithFixedDelay(null, TEN, NOTHING)),
        refusesNull("delay", "delay", () -> timers.scheduleWithFixedDelay(TEN, null, NOTHING)),
        refusesNull("task", "delay", () -> timers.scheduleWithFixedDelay(TEN, TEN, null)),
        refusesNull(
            "options", "delay", () -> timers.scheduleWithFixedDelay(TEN, TEN, NOTHING, null)),
        refusesNull("unit", "arm", () -> timers.arm(1, null, NOTHING)),
        refusesNull("task", "arm", () -> timers.arm(1, MILLISECONDS, null)),
        refusesNull("task", "armAt", () -> timers.armAt(1, null)),
        refusesNull("unit", "rearm", () -> timers.rearm(1, 1, null)),
        refusesNull("delay", "after", () -> timers.after(null)),
        refusesNull("stage", "timeout", () -> timers.timeout(null, TEN)),
        refusesNull("limit", "timeout", () -> timers.timeout(stage, null)));
  }

  @TestFactory
  Stream<DynamicTest> null_forAnOption_isNamed() {
    TimerService.Builder builder = TimerService.builder();
    TimerOptions.Builder options = TimerOptions.builder();
    return Stream.of(
        refusesNull("tick", "tick", () -> builder.tick(null)),
        refusesNull("spin", "spin", () -> builder.spin(null)),
        refusesNull("executor", "executor", () -> builder.executor(null)),
        refusesNull("clock", "clock", () -> builder.clock(null)),
        refusesNull("threadFactory", "threadFactory", () -> builder.threadFactory(null)),
        refusesNull("listener", "listener", () -> builder.listener(null)),
        refusesNull("exceptionHandler", "handler", () -> builder.exceptionHandler(null)),
        refusesNull("pauseThreshold", "pauseThreshold", () -> builder.pauseThreshold(null)),
        refusesNull("watchdog bound", "watchdog", () -> builder.watchdog(null)),
        refusesNull("tag", "tag", () -> options.tag(null)),
        refusesNull("tag", "tagged", () -> TimerOptions.tagged(null)),
        refusesNull("missedTick", "missedTick", () -> options.missedTick(null)),
        refusesNull("onException", "onException", () -> options.onException(null)),
        refusesNull("slack", "slack", () -> options.slack(null)),
        refusesNull("group", "group", () -> options.group(null)),
        refusesNull("group", "inGroup", () -> TimerOptions.inGroup(null)),
        refusesNull(
            "missedTick",
            "record",
            () -> new TimerOptions("t", null, OnException.STOP, Duration.ZERO, null)),
        refusesNull(
            "onException",
            "record",
            () -> new TimerOptions("t", MissedTick.SKIP, null, Duration.ZERO, null)),
        refusesNull("thread", "newAlarm", () -> clock.newAlarm(null)),
        refusesNull("duration", "advance", () -> clock.advance(null)),
        refusesNull("duration", "jump", () -> clock.jump(null)));
  }

  @Test
  void reschedule_null_isNamedWhateverTheState() {
    try (TimerService own = TimerService.builder().clock(clock).build()) {
      TimerHandle timer = own.schedule(TEN, NOTHING);
      for (int i = 0; i < 2; i++) {
        NullPointerException refusal =
            assertThrows(NullPointerException.class, () -> timer.reschedule(null));
        assertEquals("delay", refusal.getMessage());
        timer.cancel();
      }
    }
  }

  private static DynamicTest refuses(String message, Executable executable) {
    return dynamicTest(
        message,
        () ->
            assertEquals(
                message, assertThrows(IllegalArgumentException.class, executable).getMessage()));
  }

  @TestFactory
  Stream<DynamicTest> value_outOfRange_isRefusedWithTheRuleAndTheValue() {
    TimerService.Builder builder = TimerService.builder();
    Duration negative = Duration.ofSeconds(-1);
    return Stream.of(
        refuses(
            "tick must be at least PT0.00001S: PT0.000009999S",
            () -> builder.tick(Duration.ofNanos(9_999))),
        refuses("tick must be at least PT0.00001S: PT0S", () -> builder.tick(Duration.ZERO)),
        refuses("tick must be at least PT0.00001S: PT-1S", () -> builder.tick(negative)),
        refuses(
            "tick must be at most PT1H: PT1H0.000000001S",
            () -> builder.tick(Duration.ofHours(1).plusNanos(1))),
        refuses(
            "tick must be at most PT1H: " + Duration.ofSeconds(Long.MAX_VALUE),
            () -> builder.tick(Duration.ofSeconds(Long.MAX_VALUE))),
        refuses("spin must be at least PT0S: PT-1S", () -> builder.spin(negative)),
        refuses(
            "spin must be at most PT0.001S: PT0.001000001S",
            () -> builder.spin(Duration.ofNanos(1_000_001))),
        refuses("maxPending must be at least 1: 0", () -> builder.maxPending(0)),
        refuses(
            "maxPending must be at least 1: " + Long.MIN_VALUE,
            () -> builder.maxPending(Long.MIN_VALUE)),
        refuses(
            "pauseThreshold must be more than zero: PT0S",
            () -> builder.pauseThreshold(Duration.ZERO)),
        refuses(
            "pauseThreshold must be more than zero: PT-1S", () -> builder.pauseThreshold(negative)),
        refuses(
            "watchdog bound must be at least PT0.001S: PT0.000999999S",
            () -> builder.watchdog(Duration.ofNanos(999_999))),
        refuses(
            "watchdog bound must be at most PT24H: PT25H",
            () -> builder.watchdog(Duration.ofHours(25))),
        refuses(
            "period must be more than zero: PT0S",
            () -> timers.scheduleAtFixedRate(TEN, Duration.ZERO, NOTHING)),
        refuses(
            "period must be more than zero: PT-1S",
            () -> timers.scheduleAtFixedRate(TEN, negative, NOTHING, DEFAULTS)),
        refuses(
            "delay must be more than zero: PT0S",
            () -> timers.scheduleWithFixedDelay(TEN, Duration.ZERO, NOTHING)),
        refuses(
            "delay must be more than zero: PT-1S",
            () -> timers.scheduleWithFixedDelay(TEN, negative, NOTHING, DEFAULTS)),
        refuses("time must not go back: PT-1S", () -> clock.advance(negative)),
        refuses("time must not go back: PT-1S", () -> clock.jump(negative)));
  }

  @Test
  void value_atTheEdgeOfItsRange_isAccepted() {
    for (Duration tick : List.of(Duration.ofNanos(10_000), Duration.ofHours(1))) {
      TimerService.builder()
          .clock(clock)
          .tick(tick)
          .spin(Duration.ofMillis(1))
          .maxPending(1)
          .pauseThreshold(Duration.ofNanos(1))
          .watchdog(Duration.ofMillis(1))
          .build()
          .close();
    }
    TimerService.builder().clock(clock).maxPending(Long.MAX_VALUE).build().close();
    TimerService.builder().clock(clock).watchdog(Duration.ofDays(1)).build().close();
    TimerService.builder().clock(clock).watchdog(Duration.ZERO).build().close();
  }

  @Test
  void pauseThreshold_longerThanTheClock_isNoPauseEver() {
    try (TimerService patient =
        TimerService.builder()
            .clock(clock)
            .recordStats()
            .pauseThreshold(Duration.ofSeconds(Long.MAX_VALUE))
            .build()) {
      patient.schedule(TEN, NOTHING);
      clock.jump(Duration.ofDays(36_500));
      assertEquals(0, patient.stats().pauses());
    }
  }

  @Test
  void recordStats_switchedOffAgain_isOff() {
    try (TimerService off =
        TimerService.builder().clock(clock).recordStats().recordStats(false).build()) {
      off.schedule(1, TimeUnit.HOURS, NOTHING);
      assertEquals(0, off.stats().scheduled());
    }
  }
}
