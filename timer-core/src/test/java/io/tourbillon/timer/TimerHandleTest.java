package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerHandle.State;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The answers of a handle in each state of its timer. */
class TimerHandleTest {

  private final VirtualClock clock = new VirtualClock();
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final Failures failures = new Failures();
  private final TimerService timers =
      TimerService.builder().clock(taskTime).exceptionHandler(failures).build();
  private final RunTimes task = new RunTimes(clock);

  @AfterEach
  void close() {
    timers.close();
    assertEquals(List.of(), failures.all());
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  @Test
  void cancel_pendingTimer_endsItAndItNeverFires() {
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), task);
    assertEquals(State.PENDING, timer.state());
    assertEquals(1, timers.pending());
    assertTrue(timer.cancel());
    assertEquals(State.CANCELLED, timer.state());
    assertEquals(0, timers.pending());
    assertEquals(Duration.ZERO, timer.remaining());
    advanceMillis(100);
    assertEquals(List.of(), task.millis());
  }

  @Test
  void cancel_cancelledTimer_answersFalse() {
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), task);
    timer.cancel();
    assertFalse(timer.cancel());
    assertFalse(timer.reschedule(Duration.ofMillis(1)));
    assertEquals(State.CANCELLED, timer.state());
    advanceMillis(100);
    assertEquals(List.of(), task.millis());
  }

  @Test
  void cancel_firedTimer_answersFalseAndStaysFired() {
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), task);
    advanceMillis(5);
    assertEquals(State.FIRED, timer.state());
    assertFalse(timer.cancel());
    assertFalse(timer.reschedule(Duration.ofMillis(1)));
    assertEquals(State.FIRED, timer.state());
    assertEquals(Duration.ZERO, timer.remaining());
    advanceMillis(100);
    assertEquals(List.of(5L), task.millis());
  }

  @Test
  void cancel_timerHandedBack_answersFalse() {
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), task);
    timers.shutdownNow();
    assertEquals(State.HANDED_BACK, timer.state());
    assertFalse(timer.cancel());
    assertFalse(timer.reschedule(Duration.ofMillis(1)));
    assertEquals(State.HANDED_BACK, timer.state());
    assertEquals(Duration.ZERO, timer.remaining());
  }

  @Test
  void cancel_fromItsOwnTask_answersFalse() {
    AtomicReference<TimerHandle> self = new AtomicReference<>();
    List<Object> seen = new ArrayList<>();
    self.set(
        timers.schedule(
            Duration.ofMillis(1),
            () -> {
              seen.add(self.get().state());
              seen.add(self.get().cancel());
              seen.add(self.get().reschedule(Duration.ofMillis(1)));
              seen.add(self.get().remaining());
            }));
    advanceMillis(100);
    assertEquals(List.of(State.FIRED, false, false, Duration.ZERO), seen);
  }

  @Test
  void cancel_timerOfTheSameTickThatHasNotBegun_endsIt() {
    List<TimerHandle> both = new ArrayList<>();
    List<Boolean> answers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(
          timers.schedule(
              Duration.ofMillis(1),
              () -> {
                both.forEach(timer -> answers.add(timer.cancel()));
                task.run();
              }));
    }
    advanceMillis(1);
    // Its own timer has begun; the other one has not.
    assertEquals(List.of(false, true), answers.stream().sorted().toList());
    assertEquals(List.of(1L), task.millis());
    assertEquals(
        List.of(State.CANCELLED, State.FIRED),
        both.stream().map(TimerHandle::state).sorted(Comparator.reverseOrder()).toList());
    assertEquals(0, timers.pending());
  }

  @Test
  void reschedule_timerOfTheSameTickThatHasNotBegun_movesIt() {
    List<TimerHandle> both = new ArrayList<>();
    List<Boolean> answers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      both.add(
          timers.schedule(
              Duration.ofMillis(1),
              () -> {
                both.forEach(timer -> answers.add(timer.reschedule(Duration.ofMillis(4))));
                both.clear();
                task.run();
              }));
    }
    advanceMillis(1);
    assertEquals(List.of(false, true), answers.stream().sorted().toList());
    assertEquals(1, timers.pending());
    advanceMillis(9);
    assertEquals(List.of(1L, 5L), task.millis());
    assertEquals(0, timers.pending());
  }

  @Test
  void pending_insideATask_countsTheTimersOfTheTickThatHaveNotBegun() {
    List<Long> seen = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      timers.schedule(Duration.ofMillis(1), () -> seen.add(timers.pending()));
    }
    advanceMillis(1);
    assertEquals(List.of(2L, 1L, 0L), seen);
  }

  @Test
  void cancel_timersOfTheSameTick_endsAllButTheOneThatHasBegun() {
    List<TimerHandle> all = new ArrayList<>();
    List<Boolean> answers = new ArrayList<>();
    Runnable cancelAll =
        () -> {
          task.run();
          all.forEach(timer -> answers.add(timer.cancel()));
          all.clear();
        };
    for (int i = 0; i < Batch.CAPACITY + 10; i++) {
      all.add(timers.schedule(Duration.ofMillis(1), cancelAll));
    }
    advanceMillis(1);
    assertEquals(Batch.CAPACITY + 9, answers.stream().filter(ended -> ended).count());
    assertEquals(1, task.count());
  }

  @Test
  void cancel_fromAnotherTask_endsIt() {
    TimerHandle victim = timers.schedule(Duration.ofMillis(10), task);
    List<Boolean> answers = new ArrayList<>();
    timers.schedule(Duration.ofMillis(5), () -> answers.add(victim.cancel()));
    advanceMillis(100);
    assertEquals(List.of(true), answers);
    assertEquals(List.of(), task.millis());
  }

  @Test
  void cancel_pendingTimer_letsGoOfTheTaskAtOnce() {
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), task);
    assertSame(task, ((ScheduledTimer) timer).task());
    timer.cancel();
    assertNull(((ScheduledTimer) timer).task());
  }

  @Test
  void cancel_pendingTimer_leavesNothingThatLeadsToTheTask() {
    Runnable own = new ArrayList<>()::clear;
    WeakReference<Runnable> reference = new WeakReference<>(own);
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), own);
    own = null;
    assertFalse(reference.refersTo(null));
    timer.cancel();
    assertTrue(Internals.isCollected(reference), "a cancelled timer's task is kept");
    assertEquals(State.CANCELLED, timer.state());
  }

  @Test
  void fire_timerWithHandle_leavesNothingThatLeadsToTheTask() {
    Runnable own = new ArrayList<>()::clear;
    WeakReference<Runnable> reference = new WeakReference<>(own);
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), own);
    own = null;
    advanceMillis(5);
    assertTrue(Internals.isCollected(reference), "a fired timer's task is kept");
    assertEquals(State.FIRED, timer.state());
  }

  @Test
  void reschedule_later_firesOnlyThen() {
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), task);
    advanceMillis(3);
    assertTrue(timer.reschedule(Duration.ofMillis(50)));
    assertEquals(Duration.ofMillis(50), timer.remaining());
    advanceMillis(49);
    assertEquals(List.of(), task.millis());
    assertEquals(State.PENDING, timer.state());
    advanceMillis(1000);
    assertEquals(List.of(53L), task.millis());
  }

  @Test
  void reschedule_earlier_wakesTheDriverInTime() {
    TimerHandle timer = timers.schedule(Duration.ofDays(100), task);
    advanceMillis(3);
    assertTrue(timer.reschedule(Duration.ofMillis(2)));
    advanceMillis(1000);
    assertEquals(List.of(5L), task.millis());
  }

  @Test
  void reschedule_zeroOrNegative_firesAtTheNextTick() {
    TimerHandle one = timers.schedule(Duration.ofHours(1), task);
    TimerHandle two = timers.schedule(Duration.ofHours(1), task);
    clock.advance(Duration.ofNanos(3_400_000));
    assertTrue(one.reschedule(Duration.ZERO));
    assertTrue(two.reschedule(Duration.ofDays(-1)));
    advanceMillis(1000);
    assertEquals(List.of(4L, 4L), task.millis());
  }

  @Test
  void reschedule_onEveryRequest_firesOnceWhenRequestsEnd() {
    TimerHandle idle = timers.schedule(Duration.ofMillis(100), task);
    for (int request = 0; request < 200; request++) {
      advanceMillis(99);
      assertTrue(idle.reschedule(Duration.ofMillis(100)));
    }
    advanceMillis(10_000);
    assertEquals(List.of(200 * 99 + 100L), task.millis());
  }

  @Test
  void reschedule_backAndForth_theLastOneCounts() {
    TimerHandle timer = timers.schedule(Duration.ofMillis(100), task);
    timer.reschedule(Duration.ofSeconds(70));
    timer.reschedule(Duration.ofMillis(2));
    timer.reschedule(Duration.ofDays(3));
    timer.reschedule(Duration.ofMillis(40));
    timer.reschedule(Duration.ofMillis(60));
    advanceMillis(100_000);
    assertEquals(List.of(60L), task.millis());
  }

  @Test
  void reschedule_fromAnotherTask_movesTheTimer() {
    TimerHandle later = timers.schedule(Duration.ofMillis(10), task);
    TimerHandle earlier = timers.schedule(Duration.ofHours(10), task);
    timers.schedule(
        Duration.ofMillis(5),
        () -> {
          later.reschedule(Duration.ofMillis(20));
          earlier.reschedule(Duration.ofMillis(1));
        });
    advanceMillis(100);
    assertEquals(List.of(6L, 25L), task.millis());
  }

  @Test
  void remaining_pendingTimer_isRoundedUpToATick() {
    clock.advance(Duration.ofNanos(200_000));
    TimerHandle timer = timers.schedule(Duration.ofMillis(5), NOTHING);
    assertEquals(Duration.ofNanos(5_800_000), timer.remaining());
    advanceMillis(2);
    assertEquals(Duration.ofNanos(3_800_000), timer.remaining());
  }

  @Test
  void remaining_timerDueWhileTheDriverIsBusy_isZero() {
    TimerHandle due = timers.schedule(Duration.ofMillis(10), NOTHING);
    List<Object> seen = new ArrayList<>();
    timers.schedule(
        Duration.ofMillis(5),
        () -> {
          taskTime.spend(Duration.ofMillis(30));
          seen.add(due.remaining());
          seen.add(due.state());
        });
    advanceMillis(5);
    assertEquals(List.of(Duration.ZERO, State.PENDING), seen);
    assertEquals(State.FIRED, due.state());
  }

  @Test
  void schedule_withoutATag_paysNothingForOptions() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Duration delay = Duration.ofMillis(5);
    TimerOptions defaults = TimerOptions.defaults();
    int rounds = 2000;
    for (int i = 0; i < rounds; i++) {
      timers.schedule(delay, NOTHING, defaults).cancel();
    }
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < rounds; i++) {
      timers.schedule(delay, NOTHING, defaults).cancel();
    }
    long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / rounds;
    assertTrue(bytes <= 40, "a handle takes " + bytes + " bytes");
  }

  @Test
  void schedule_fromATask_isAccepted() {
    timers.schedule(
        Duration.ofMillis(5),
        () -> timers.schedule(Duration.ofMillis(5), task, TimerOptions.defaults()));
    advanceMillis(100);
    assertEquals(List.of(10L), task.millis());
  }

  @Test
  void handle_castToATask_isRefusedAndStaysAsItIs() {
    TimerHandle handle = timers.schedule(Duration.ofMillis(10), NOTHING);
    Runnable cast = (Runnable) handle;
    assertThrows(IllegalArgumentException.class, () -> timers.arm(1, MILLISECONDS, cast));
    assertThrows(UnsupportedOperationException.class, cast::run);
    assertEquals(1, timers.pending());
    assertTrue(handle.cancel());
  }
}
