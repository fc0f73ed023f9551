package io.tourbillon.timer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How timers at a fixed rate handle missed runs, after a pause and after a slow run. */
class MissedTickTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final TimerService timers =
      TimerService.builder().clock(taskTime).exceptionHandler((task, error) -> {}).build();
  private final RunTimes task = new RunTimes(taskTime);

  @AfterEach
  void close() {
    timers.close();
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  private void start(MissedTick missedTick, Duration period, Runnable run) {
    TimerOptions options = TimerOptions.builder().missedTick(missedTick).build();
    timers.scheduleAtFixedRate(TEN, period, run, options);
  }

  @Test
  void skip_afterAPause_runsOnceAndGoesOnAtTheNextMultiple() {
    start(MissedTick.SKIP, TEN, task);
    clock.jump(Duration.ofMillis(1005));
    advanceMillis(30);
    assertEquals(List.of(1005L, 1010L, 1020L, 1030L), task.millis());
  }

  @Test
  void skip_pauseThatEndsOnAMultiple_doesNotRunTwiceForIt() {
    start(MissedTick.SKIP, TEN, task);
    clock.jump(Duration.ofSeconds(1));
    advanceMillis(25);
    assertEquals(List.of(1000L, 1010L, 1020L), task.millis());
  }

  @Test
  void delay_afterAPause_runsOnceAndGoesOnAPeriodLater() {
    start(MissedTick.DELAY, TEN, task);
    clock.jump(Duration.ofMillis(1005));
    advanceMillis(30);
    assertEquals(List.of(1005L, 1015L, 1025L, 1035L), task.millis());
  }

  @Test
  void burst_afterAPause_makesUpForEveryRunAndIsThenBackInStep() {
    start(MissedTick.BURST, TEN, task);
    clock.jump(Duration.ofMillis(105));
    assertEquals(Collections.nCopies(10, 105L), task.millis());
    advanceMillis(25);
    assertEquals(List.of(110L, 120L, 130L), task.millis().subList(10, 13));
  }

  @Test
  void burst_periodOfATick_isBackInStepToo() {
    start(MissedTick.BURST, Duration.ofMillis(1), task);
    clock.jump(Duration.ofMillis(30));
    assertEquals(Collections.nCopies(21, 30L), task.millis());
    advanceMillis(2);
    assertEquals(List.of(31L, 32L), task.millis().subList(21, 23));
  }

  @Test
  void burst_ofMoreThan64Runs_letsOtherTimersHaveTheirTurnFirst() {
    List<Integer> runsBefore = new ArrayList<>();
    start(MissedTick.BURST, Duration.ofMillis(1), task);
    timers.schedule(Duration.ofMillis(11), () -> runsBefore.add(task.count()));
    timers.schedule(Duration.ofSeconds(1), () -> runsBefore.add(task.count()));
    clock.jump(Duration.ofMillis(1009));
    assertEquals(64, task.count());
    assertEquals(List.of(64, 64), runsBefore);
    // Each tick makes up for 64 missed runs and adds one.
    advanceMillis(16);
    assertEquals(1016, task.count());
    advanceMillis(1);
    assertEquals(1017, task.count());
  }

  @Test
  void burst_cancelledWhileItCatchesUp_stops() {
    TimerHandle[] self = new TimerHandle[1];
    TimerOptions burst = TimerOptions.builder().missedTick(MissedTick.BURST).build();
    self[0] =
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              task.run();
              if (task.count() == 4) {
                assertTrue(self[0].cancel());
              }
            },
            burst);
    clock.jump(Duration.ofMillis(105));
    assertEquals(4, task.count());
    assertEquals(0, timers.pending());
  }

  @Test
  void burst_rescheduledWhileItCatchesUp_goesOnFromThere() {
    TimerHandle[] self = new TimerHandle[1];
    TimerOptions burst = TimerOptions.builder().missedTick(MissedTick.BURST).build();
    self[0] =
        timers.scheduleAtFixedRate(
            TEN,
            TEN,
            () -> {
              task.run();
              if (task.count() == 4) {
                assertTrue(self[0].reschedule(Duration.ofMillis(7)));
              }
            },
            burst);
    clock.jump(Duration.ofMillis(105));
    assertEquals(4, task.count());
    advanceMillis(20);
    assertEquals(List.of(112L, 122L), task.millis().subList(4, 6));
  }

  @Test
  void burst_exceptionWhileItCatchesUp_followsItsChoice() {
    for (OnException onException : OnException.values()) {
      TimerHandle timer =
          timers.scheduleAtFixedRate(
              TEN,
              TEN,
              () -> {
                task.run();
                throw new IllegalStateException("every time");
              },
              TimerOptions.builder().missedTick(MissedTick.BURST).onException(onException).build());
      clock.jump(Duration.ofMillis(55));
      assertEquals(onException == OnException.STOP ? 1 : 5, task.count());
      timer.cancel();
      task.clear();
    }
  }

  @Test
  void skip_afterASlowRun_runsAtTheNextMultiple() {
    start(MissedTick.SKIP, TEN, this::slowFirstRun);
    advanceMillis(40);
    assertEquals(List.of(10L, 50L, 60L, 70L), task.millis());
  }

  @Test
  void delay_afterASlowRun_runsAPeriodAfterItsEnd() {
    start(MissedTick.DELAY, TEN, this::slowFirstRun);
    advanceMillis(40);
    assertEquals(List.of(10L, 55L, 65L, 75L), task.millis());
  }

  @Test
  void burst_afterASlowRun_makesUpForEveryRun() {
    start(MissedTick.BURST, TEN, this::slowFirstRun);
    advanceMillis(40);
    assertEquals(List.of(10L, 45L, 45L, 45L, 50L, 60L, 70L), task.millis());
  }

  /** Runs from 10 to 45 ms. */
  private void slowFirstRun() {
    task.run();
    if (task.count() == 1) {
      taskTime.spend(Duration.ofMillis(35));
    }
  }

  @Test
  void default_afterAPause_skips() {
    timers.scheduleAtFixedRate(TEN, TEN, task);
    clock.jump(Duration.ofMillis(1005));
    advanceMillis(10);
    assertEquals(List.of(1005L, 1010L), task.millis());
  }

  @ParameterizedTest
  @EnumSource(MissedTick.class)
  void anyChoice_nothingMissed_keepsToTheMultiples(MissedTick missedTick) {
    start(missedTick, TEN, task);
    advanceMillis(35);
    assertEquals(List.of(10L, 20L, 30L), task.millis());
  }

  @ParameterizedTest
  @EnumSource(MissedTick.class)
  void anyChoice_periodBelowATick_runsOnceATick(MissedTick missedTick) {
    start(missedTick, Duration.ofNanos(1), task);
    advanceMillis(13);
    assertEquals(List.of(10L, 11L, 12L, 13L), task.millis());
  }

  @ParameterizedTest
  @EnumSource(MissedTick.class)
  void anyChoice_fixedDelay_isIgnored(MissedTick missedTick) {
    timers.scheduleWithFixedDelay(
        TEN, TEN, task, TimerOptions.builder().missedTick(missedTick).build());
    clock.jump(Duration.ofMillis(1005));
    advanceMillis(25);
    assertEquals(List.of(1005L, 1015L, 1025L), task.millis());
  }

  @Test
  void skip_periodOfACenturyAndAPauseOfMore_doesNotOverflow() {
    Duration century = Duration.ofDays(36_525);
    start(MissedTick.SKIP, century, task);
    clock.jump(century.multipliedBy(2).plusDays(10_000));
    advanceMillis(1000);
    assertEquals(1, task.count(), "the next run is beyond the end of the clock");
    assertEquals(1, timers.pending());
  }
}
