package io.tourbillon.bench.subject;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WheelKindTest {
  private static final int TIMERS = 1000;

  @ParameterizedTest
  @EnumSource
  void armAndCancel_all_countsAgree(WheelKind kind) {
    WheelSubject wheel = kind.open(TIMERS);
    long[] ids = new long[TIMERS];
    for (int timer = 0; timer < TIMERS; timer++) {
      ids[timer] = wheel.arm(30_000 + timer % 10, SubjectTask.newIdle());
    }
    assertEquals(TIMERS, wheel.pending());
    for (long id : ids) {
      assertTrue(wheel.cancel(id));
      assertFalse(wheel.cancel(id));
    }
    assertEquals(0, wheel.pending());
  }

  /** Deadlines far enough for two cascades of ours and many turns of Agrona's smaller wheel. */
  @ParameterizedTest
  @EnumSource
  void advance_tickByTick_expiresEachOnceInItsTick(WheelKind kind) {
    Map<Long, Long> deadlineTicks = new HashMap<>();
    WheelSubject wheel = kind.open(TIMERS);
    for (int timer = 0; timer < TIMERS; timer++) {
      long deadlineTick = 1 + timer * 150L;
      deadlineTicks.put(wheel.arm(deadlineTick, SubjectTask.newIdle()), deadlineTick);
    }
    for (long tick = 0; tick <= TIMERS * 150L; tick++) {
      long now = tick;
      wheel.advance(now, new Sink(id -> assertEquals(now, deadlineTicks.remove(id))));
    }
    assertTrue(deadlineTicks.isEmpty());
    assertEquals(0, wheel.pending());
  }

  @ParameterizedTest
  @EnumSource
  void advance_severalTicksAtOnce_expiresWhatIsDueAndNoMore(WheelKind kind) {
    WheelSubject wheel = kind.open(3);
    List<Long> expired = new ArrayList<>();
    List<Long> due =
        List.of(wheel.arm(5, SubjectTask.newIdle()), wheel.arm(10, SubjectTask.newIdle()));
    wheel.arm(11, SubjectTask.newIdle());
    wheel.advance(10, new Sink(expired::add));
    assertEquals(due, expired);
    assertEquals(1, wheel.pending());
  }

  @ParameterizedTest
  @EnumSource
  void nextTick_asLongAsSomethingIsPending_isNotTooLate(WheelKind kind) {
    WheelSubject wheel = kind.open(1);
    wheel.arm(300_000, SubjectTask.newIdle());
    while (wheel.pending() > 0) {
      assertTrue(wheel.nextTick() <= 300_000);
      wheel.advance(wheel.nextTick(), new Sink(id -> {}));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OURS_WHEEL", "AGRONA_WITH_TASKS"})
  void advance_wheelWithTasks_runsThem(WheelKind kind) {
    WheelSubject wheel = kind.open(1);
    AtomicInteger runs = new AtomicInteger();
    SubjectTask task =
        new SubjectTask() {
          @Override
          public void run() {
            runs.incrementAndGet();
          }
        };
    wheel.arm(7, task);
    wheel.advance(6, new Sink(id -> {}));
    assertEquals(0, runs.get());
    wheel.advance(7, new Sink(id -> {}));
    assertEquals(1, runs.get());
  }

  private static final class Sink extends WheelSink {
    private final LongConsumer ids;

    Sink(LongConsumer ids) {
      this.ids = ids;
    }

    @Override
    protected void expired(long id) {
      ids.accept(id);
    }
  }
}
