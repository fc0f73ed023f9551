package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.TimerDump.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Counts of pending timers by deadline and by tag. */
class TimerDumpTest {

  private final VirtualClock clock = new VirtualClock();
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final TimerService timers = TimerService.builder().clock(taskTime).build();

  @AfterEach
  void close() {
    timers.close();
  }

  private static Range range(Duration from, Duration to, long count) {
    return new DumpCounter.Delays(from, to, count);
  }

  @Test
  void dump_nothingPending_isEmpty() {
    assertEquals(new DumpCounter.Dump(0, List.of(), Map.of(), Map.of()), timers.dump());
  }

  @Test
  void dump_timersOfManyRanges_countsEachAndLeavesOutEmptyRanges() {
    timers.schedule(Duration.ofMillis(1), NOTHING);
    timers.schedule(Duration.ofMillis(9), NOTHING);
    timers.arm(10, MILLISECONDS, NOTHING);
    timers.schedule(Duration.ofMillis(999), NOTHING);
    timers.schedule(Duration.ofSeconds(1), NOTHING);
    timers.schedule(Duration.ofSeconds(59), NOTHING);
    timers.schedule(Duration.ofMinutes(59), NOTHING);
    timers.schedule(Duration.ofHours(23), NOTHING);
    timers.schedule(Duration.ofDays(29), NOTHING);
    timers.schedule(Duration.ofDays(30), NOTHING);
    timers.schedule(Duration.ofSeconds(Long.MAX_VALUE), NOTHING);
    assertEquals(
        List.of(
            range(Duration.ofMillis(1), Duration.ofMillis(10), 2),
            range(Duration.ofMillis(10), Duration.ofMillis(100), 1),
            range(Duration.ofMillis(100), Duration.ofSeconds(1), 1),
            range(Duration.ofSeconds(1), Duration.ofSeconds(10), 1),
            range(Duration.ofSeconds(10), Duration.ofMinutes(1), 1),
            range(Duration.ofMinutes(10), Duration.ofHours(1), 1),
            range(Duration.ofHours(1), Duration.ofDays(1), 1),
            range(Duration.ofDays(1), Duration.ofDays(30), 1),
            range(Duration.ofDays(30), Duration.ofNanos(Long.MAX_VALUE), 2)),
        timers.dump().byDeadline());
    assertEquals(11, timers.dump().pending());
  }

  @Test
  void dump_asTimePasses_goesByTheTimeLeft() {
    timers.schedule(Duration.ofSeconds(5), NOTHING);
    clock.advance(Duration.ofMillis(4_999));
    assertEquals(
        List.of(range(Duration.ofMillis(1), Duration.ofMillis(10), 1)), timers.dump().byDeadline());
    clock.advance(Duration.ofNanos(1));
    assertEquals(
        List.of(range(Duration.ZERO, Duration.ofMillis(1), 1)), timers.dump().byDeadline());
  }

  @Test
  void dump_timerThatIsOverdue_isInTheNearestRange() {
    List<TimerDump> dumps = new ArrayList<>();
    timers.schedule(
        Duration.ofMillis(5),
        () -> {
          taskTime.spend(Duration.ofHours(1));
          dumps.add(timers.dump());
        });
    timers.schedule(Duration.ofMillis(6), NOTHING);
    clock.advance(Duration.ofMillis(5));
    assertEquals(
        List.of(range(Duration.ZERO, Duration.ofMillis(1), 1)), dumps.getFirst().byDeadline());
  }

  @Test
  void dump_taggedTimers_areCountedByTag() {
    TimerOptions idle = TimerOptions.tagged("idle");
    TimerOptions beat = TimerOptions.builder().tag("beat").build();
    timers.schedule(Duration.ofMillis(5), NOTHING, idle);
    timers.schedule(Duration.ofHours(5), NOTHING, idle);
    TimerHandle cancelled = timers.schedule(Duration.ofHours(5), NOTHING, idle);
    timers.scheduleAtFixedRate(Duration.ofMillis(5), Duration.ofMillis(5), NOTHING, beat);
    timers.scheduleWithFixedDelay(Duration.ofMillis(5), Duration.ofMillis(5), NOTHING, beat);
    timers.schedule(Duration.ofMillis(5), NOTHING);
    timers.schedule(Duration.ofMillis(5), NOTHING, TimerOptions.defaults());
    timers.arm(5, MILLISECONDS, NOTHING);
    cancelled.cancel();
    assertEquals(7, timers.dump().pending());
    assertEquals(Map.of("idle", 2L, "beat", 2L), timers.dump().byTag());
    assertEquals(List.of("beat", "idle"), List.copyOf(timers.dump().byTag().keySet()));
    clock.advance(Duration.ofMillis(7));
    assertEquals(Map.of("idle", 1L, "beat", 2L), timers.dump().byTag());
  }

  @Test
  void dump_thousandsOfTimersOfSeveralThreads_countsAll() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int number = 0; number < 4; number++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 2500; i++) {
                      timers.schedule(Duration.ofMinutes(i), NOTHING, TimerOptions.tagged("many"));
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    TimerDump dump = timers.dump();
    assertEquals(10_000, dump.pending());
    assertEquals(Map.of("many", 10_000L), dump.byTag());
    assertEquals(10_000, dump.byDeadline().stream().mapToLong(Range::count).sum());
  }

  @Test
  void dump_duringARunOfAPeriodicTimer_leavesItOutAsItHasNoDeadline() {
    List<TimerDump> dumps = new ArrayList<>();
    timers.scheduleAtFixedRate(
        Duration.ofMillis(5), Duration.ofMillis(5), () -> dumps.add(timers.dump()));
    clock.advance(Duration.ofMillis(5));
    assertEquals(0, dumps.getFirst().pending());
    assertEquals(1, timers.dump().pending());
  }

  @Test
  void dump_asText_isATableForPeople() {
    timers.schedule(Duration.ofMillis(5), NOTHING, TimerOptions.tagged("idle"));
    timers.schedule(Duration.ofHours(5), NOTHING);
    timers.schedule(Duration.ofDays(400), NOTHING);
    assertEquals(
        List.of(
            "3 timers pending",
            "  due in 1 ms to 10 ms: 1",
            "  due in 1 h to 1 d: 1",
            "  due in 30 d or more: 1",
            "  tagged idle: 1"),
        timers.dump().toString().lines().toList());
  }

  @Test
  void dump_tagsWithWhatCanNotBeSeen_areOneHarmlessLineEach() {
    timers.schedule(
        Duration.ofMillis(5), NOTHING, TimerOptions.tagged("a\n9 timers pending\u001B[2J\u202E"));
    assertEquals(
        "  tagged a\uFFFD9 timers pending\uFFFD[2J\uFFFD: 1",
        timers.dump().toString().lines().toList().getLast());
  }

  @Test
  void dump_timersWithoutHandles_areCountedByTheirTags() {
    long id = timers.arm(1, TimeUnit.HOURS, NOTHING, TimerOptions.tagged("idle"));
    timers.arm(1, TimeUnit.HOURS, NOTHING, TimerOptions.tagged("idle"));
    timers.arm(1, TimeUnit.HOURS, NOTHING, TimerOptions.defaults());
    assertEquals(Map.of("idle", 2L), timers.dump().byTag());
    assertTrue(timers.rearm(id, 2, TimeUnit.HOURS));
    assertEquals(Map.of("idle", 2L), timers.dump().byTag());
    assertTrue(timers.cancel(id));
    assertEquals(Map.of("idle", 1L), timers.dump().byTag());
    assertEquals(List.of(NOTHING, NOTHING), timers.shutdownNow());
  }

  @Test
  void arm_withAGroup_isRefused() {
    TimerOptions options = TimerOptions.inGroup(new TimerGroup("connection 7"));
    assertEquals(
        "a timer without a handle must not have a group: connection 7[open, pending = 0]",
        assertThrows(
                IllegalArgumentException.class,
                () -> timers.arm(1, TimeUnit.HOURS, NOTHING, options))
            .getMessage());
    assertEquals(0, timers.pending());
  }

  @Test
  void dump_asTextOfABoundedLength_saysHowManyTagsWereLeftOut() {
    TimerDump dump =
        new DumpCounter.Dump(
            3,
            List.of(),
            Map.of("first", 1L, "second", 1L, "third", 1L),
            Map.of("A.b(A.java)", 3L));
    assertEquals(
        """
        3 timers pending
          tagged first: 1
          and 2 more tags
          and 1 more places
        """,
        dump.toString(40));
    assertThrows(IllegalArgumentException.class, () -> dump.toString(-1));
  }

  @Test
  void dump_taken_canNotBeChanged() {
    Map<String, Long> tags = new HashMap<>(Map.of("b", 1L, "a", 2L));
    List<Range> ranges = new ArrayList<>();
    TimerDump dump = new DumpCounter.Dump(3, ranges, tags, tags);
    tags.clear();
    ranges.add(range(Duration.ZERO, Duration.ofMillis(1), 1));
    assertEquals(List.of("a", "b"), List.copyOf(dump.byTag().keySet()));
    assertTrue(dump.byDeadline().isEmpty());
    assertEquals(List.of("a", "b"), List.copyOf(dump.byCreationSite().keySet()));
    assertThrows(UnsupportedOperationException.class, () -> dump.byTag().clear());
    assertThrows(UnsupportedOperationException.class, () -> dump.byCreationSite().clear());
    assertThrows(UnsupportedOperationException.class, () -> dump.byDeadline().add(null));
  }
}
