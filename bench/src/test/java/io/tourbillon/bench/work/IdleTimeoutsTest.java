package io.tourbillon.bench.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.bench.subject.SubjectTask;
import io.tourbillon.bench.subject.TimerKind;
import io.tourbillon.bench.subject.TimerSubject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdleTimeoutsTest {
  private static final int PENDING = 100;
  private static final int IDLE_MILLIS = 60_000;
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);

  @ParameterizedTest
  @EnumSource
  void operate_everySubject_keepsAllPending(TimerKind kind) {
    try (TimerSubject timers = kind.open(PENDING, false)) {
      IdleTimeouts work = filled(timers);
      operate(work, 1000);
      work.check();
      timers.requirePending(PENDING);
    }
  }

  @Test
  void fill_all_areInTheLastQuarter() {
    ModelTimers timers = new ModelTimers(PENDING);
    filled(timers);
    for (long delayNanos : timers.delayNanos) {
      assertTrue(delayNanos >= IDLE_NANOS * 3 / 4);
      assertTrue(delayNanos < IDLE_NANOS);
    }
  }

  @Test
  void operate_onceForEachPlace_pushesAllOut() {
    ModelTimers timers = new ModelTimers(PENDING);
    operate(filled(timers), PENDING);
    for (long delayNanos : timers.delayNanos) {
      assertEquals(IDLE_NANOS, delayNanos);
    }
  }

  /** Who follows whom in one pass follows another in the next, and none is left alone for long. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 1000})
  void operate_passAfterPass_isInAnotherOrder(int pending) {
    int[] lastUse = new int[pending];
    Set<List<Integer>> neighbours = new HashSet<>();
    int[] now = {0};
    ModelTimers timers =
        new ModelTimers(pending) {
          private int before;

          @Override
          public boolean pushOut(int place, long delay, SubjectTask task) {
            now[0]++;
            int longest = pending + pending / 8 + 1;
            assertTrue(lastUse[place] == 0 || now[0] - lastUse[place] <= longest);
            lastUse[place] = now[0];
            neighbours.add(List.of(before, place));
            before = place;
            return super.pushOut(place, delay, task);
          }
        };
    IdleTimeouts work = new IdleTimeouts(timers, pending, IDLE_MILLIS);
    work.fill();
    operate(work, 2 * pending);
    for (int use : lastUse) {
      assertTrue(use > pending, () -> "not used in the second pass: " + use);
    }
    assertTrue(pending < 1000 || neighbours.size() > 1900, () -> neighbours.size() + " pairs");
  }

  @Test
  void operate_afterATimerWasLost_isRefused() {
    ModelTimers timers = new ModelTimers(PENDING);
    IdleTimeouts work = filled(timers);
    timers.cancel(7);
    Exception refusal = assertThrows(IllegalStateException.class, () -> operate(work, PENDING));
    assertEquals(
        "the timer of a place must be pending, but came due or was lost: place 7",
        refusal.getMessage());
    assertThrows(IllegalStateException.class, work::check);
  }

  @Test
  void check_serviceThatArmsAnewWithoutCancelling_isRefused() {
    ModelTimers timers =
        new ModelTimers(PENDING) {
          @Override
          public boolean pushOut(int place, long delay, SubjectTask task) {
            arm(place, delay, task);
            return true;
          }
        };
    IdleTimeouts work = filled(timers);
    work.operate();
    Exception refusal = assertThrows(IllegalStateException.class, work::check);
    assertEquals("pending timers must be 100: 101", refusal.getMessage());
  }

  private static IdleTimeouts filled(TimerSubject timers) {
    IdleTimeouts work = new IdleTimeouts(timers, PENDING, IDLE_MILLIS);
    work.fill();
    return work;
  }

  private static void operate(Operation operation, int times) {
    for (int time = 0; time < times; time++) {
      operation.operate();
    }
  }
}
