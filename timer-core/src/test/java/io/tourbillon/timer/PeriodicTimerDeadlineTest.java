package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The deadline after a run of a timer at a fixed rate. Times are numbers; a tick is 100. */
class PeriodicTimerDeadlineTest {
  private static final long TICK = 100;

  private static long nextDeadline(
      MissedTick choice, long deadline, long period, long nowAfterTheRun) {
    TimerOptions options = TimerOptions.builder().missedTick(choice).build();
    PeriodicTimer timer = new PeriodicTimer(null, NOTHING, deadline, period, true, options);
    return timer.nextDeadlineNanos(nowAfterTheRun, nowAfterTheRun / TICK * TICK);
  }

  @ParameterizedTest
  @EnumSource
  void next_deadlineHasPassedButNotItsTick_isNotMissed(MissedTick choice) {
    // Due at 105, fired in tick 200, six late: 205 has passed, but its tick, 300, is still to come.
    assertEquals(205, nextDeadline(choice, 105, 100, 206));
  }

  @ParameterizedTest
  @CsvSource({"BURST, 205", "SKIP, 305", "DELAY, 406"})
  void next_tickHasPassed_isMissed(MissedTick choice, long expected) {
    assertEquals(expected, nextDeadline(choice, 105, 100, 306));
  }

  @Test
  void next_skippedRuns_keepInStep() {
    assertEquals(1105, nextDeadline(MissedTick.SKIP, 105, 250, 1000));
    assertEquals(1200, nextDeadline(MissedTick.SKIP, 200, 250, 1000));
  }
}
