package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.DAYS;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timers that are a number each, with one handler for all. */
class LongTimersTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock();
  private final EventLog events = new EventLog();
  private final Failures failures = new Failures();
  private final QueueingExecutor queue = new QueueingExecutor();

  /** What has fired, as "payload at millisecond". */
  private final List<String> fired = Collections.synchronizedList(new ArrayList<>());

  private final List<TimerService> services = new ArrayList<>();
  private final TimerService timers = open(TimerService.builder());
  private final LongConsumer handler = this::fired;
  private final LongTimers numbers = timers.longTimers(handler);

  private TimerService open(TimerService.Builder builder) {
    TimerService service = builder.clock(clock).exceptionHandler(failures).build();
    services.add(service);
    return service;
  }

  @AfterEach
  void close() {
    for (TimerService service : services) {
      Internals.checkInvariants(service);
      service.close();
    }
  }

  private void fired(long payload) {
    fired.add(payload + " at " + Math.floorDiv(clock.nanoTime(), 1_000_000));
  }

  private void advanceMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  // Firing.

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 4711, Long.MIN_VALUE, Long.MAX_VALUE})
  void arm_anyPayload_isHandedToTheHandlerWhenDue(long payload) {
    numbers.arm(5, MILLISECONDS, payload);
    advanceMillis(4);
    assertEquals(List.of(), fired);
    advanceMillis(100);
    assertEquals(List.of(payload + " at 5"), fired);
    assertEquals(0, numbers.pending());
  }

  @Test
  void arm_withinATick_neverFiresEarly() {
    clock.advance(Duration.ofNanos(300_000));
    numbers.arm(5_000_001, NANOSECONDS, 1);
    advanceMillis(5);
    assertEquals(List.of(), fired);
    advanceMillis(1);
    assertEquals(List.of("1 at 6"), fired);
  }

  @Test
  void armAt_deadlineOfTheClock_firesThen() {
    numbers.armAt(clock.nanoTime() + 7_000_000, 7);
    numbers.armAt(clock.nanoTime() - 1, 0);
    advanceMillis(100);
    assertEquals(List.of("0 at 1", "7 at 7"), fired);
  }

  @Test
  void arm_delaysOutOfRange_countAsTheNearestInRange() {
    numbers.arm(Long.MIN_VALUE, DAYS, 1);
    numbers.arm(Long.MAX_VALUE, DAYS, 2);
    advanceMillis(1000);
    assertEquals(List.of("1 at 1"), fired);
    assertEquals(1, numbers.pending());
  }

  /** They fire in the order of ticks, whatever their kind and whichever threads armed them. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fire_afterAStall_isInOrderOfTicksAmongAllTimers(boolean withExecutor)
      throws InterruptedException {
    TimerService.Builder builder = TimerService.builder();
    TimerService service = open(withExecutor ? builder.executor(Runnable::run) : builder);
    List<Long> order = Collections.synchronizedList(new ArrayList<>());
    LongTimers some = service.longTimers(order::add);
    LongTimers others = service.longTimers(order::add);
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int thread = 0; thread < 6; thread++) {
      Random own = new Random(random.nextLong());
      Thread.ofPlatform().start(() -> armAnyKind(service, some, others, order, own)).join();
    }
    clock.jump(Duration.ofSeconds(5));
    assertEquals(order.stream().sorted().toList(), order, "seed " + seed);
    assertEquals(6000, order.size());
  }

  private static void armAnyKind(
      TimerService service, LongTimers some, LongTimers others, List<Long> order, Random random) {
    for (int i = 0; i < 1000; i++) {
      long millis = 1L + random.nextInt(3000);
      switch (random.nextInt(4)) {
        case 0 -> service.arm(millis, MILLISECONDS, () -> order.add(millis));
        case 1 -> service.schedule(millis, MILLISECONDS, () -> order.add(millis));
        case 2 -> some.arm(millis, MILLISECONDS, millis);
        default -> others.arm(millis, MILLISECONDS, millis);
      }
    }
  }

  @Test
  void handler_thatArms_isServedAtTheNextTickOrLater() {
    List<Long> ticks = new ArrayList<>();
    LongTimers[] self = new LongTimers[1];
    self[0] =
        timers.longTimers(
            payload -> {
              ticks.add(clock.nanoTime() / 1_000_000);
              if (payload > 0) {
                self[0].arm(0, MILLISECONDS, payload - 1);
              }
            });
    self[0].arm(3, MILLISECONDS, 2);
    advanceMillis(100);
    assertEquals(List.of(3L, 4L, 5L), ticks);
  }

  @Test
  void longTimers_severalOfOneService_haveTheirOwnHandlersAndCounts() {
    List<Long> seen = new ArrayList<>();
    LongTimers others = timers.longTimers(seen::add);
    for (int i = 0; i < 600; i++) {
      numbers.arm(1, MILLISECONDS, i);
      others.arm(1, MILLISECONDS, -i);
    }
    others.arm(1, HOURS, 5);
    assertEquals(600, numbers.pending());
    assertEquals(601, others.pending());
    assertEquals(1201, timers.pending());
    advanceMillis(1);
    assertEquals(600, fired.size());
    assertEquals(600, seen.size());
    assertTrue(seen.stream().allMatch(payload -> payload <= 0));
    assertEquals(1, others.pending());
  }

  // Ids.

  @Test
  void cancel_pendingId_endsTheTimerOnce() {
    long id = numbers.arm(5, MILLISECONDS, 1);
    assertTrue(numbers.cancel(id));
    assertFalse(numbers.cancel(id));
    assertFalse(numbers.rearm(id, 1, MILLISECONDS));
    assertEquals(0, timers.pending());
    advanceMillis(100);
    assertEquals(List.of(), fired);
  }

  @Test
  void cancel_idOfATimerThatFired_answersFalse() {
    long id = numbers.arm(5, MILLISECONDS, 1);
    advanceMillis(5);
    assertFalse(numbers.cancel(id));
    assertFalse(numbers.rearm(id, 1, MILLISECONDS));
    advanceMillis(100);
    assertEquals(List.of("1 at 5"), fired);
  }

  @Test
  void rearm_laterAndEarlier_firesAtTheLastDeadline() {
    long later = numbers.arm(5, MILLISECONDS, 1);
    long earlier = numbers.arm(100, DAYS, 2);
    advanceMillis(1);
    assertTrue(numbers.rearm(later, 20, MILLISECONDS));
    assertTrue(numbers.rearm(earlier, 9, MILLISECONDS));
    advanceMillis(1000);
    assertEquals(List.of("2 at 10", "1 at 21"), fired);
  }

  @Test
  void ids_ofEachSort_areKnownToTheirGiverOnly() {
    TimerService heard = open(TimerService.builder().listener(events));
    LongTimers one = heard.longTimers(_ -> {});
    LongTimers other = heard.longTimers(_ -> {});
    Set<Long> all = new HashSet<>();
    List<Long> ofOne = new ArrayList<>();
    List<Long> ofOther = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      ofOne.add(one.arm(1, HOURS, i));
      ofOther.add(other.arm(1, HOURS, i));
      heard.arm(1, HOURS, NOTHING);
      heard.schedule(1, HOURS, NOTHING);
    }
    for (EventLog.Event event : events.named("scheduled")) {
      assertTrue(all.add(event.id()), () -> "id given twice: " + Long.toHexString(event.id()));
    }
    assertEquals(12_000, all.size());
    assertTrue(all.containsAll(ofOne) && all.containsAll(ofOther));
    all.removeAll(ofOne);
    assertTrue(all.stream().noneMatch(one::cancel));
    assertTrue(all.stream().noneMatch(id -> one.rearm(id, 1, HOURS)));
    assertTrue(ofOne.stream().noneMatch(heard::cancel));
    assertTrue(ofOne.stream().noneMatch(id -> heard.rearm(id, 1, HOURS)));
    assertTrue(ofOne.stream().allMatch(id -> id < 0));
    assertEquals(12_000, heard.pending());
    assertTrue(ofOne.stream().allMatch(one::cancel));
    assertTrue(ofOther.stream().allMatch(other::cancel));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32, -1L << 31})
  void cancel_numberThatWasNeverAnId_answersFalse(long number) {
    numbers.arm(1, HOURS, 1);
    assertFalse(numbers.cancel(number));
    assertFalse(numbers.rearm(number, 1, HOURS));
    assertEquals(1, numbers.pending());
  }

  // Refusals.

  @Test
  void maxPending_reached_refusesTimersOfBothSorts() {
    TimerService limited = open(TimerService.builder().maxPending(2).listener(events));
    LongTimers few = limited.longTimers(this::fired);
    long first = few.arm(1, HOURS, 1);
    limited.arm(1, HOURS, NOTHING);
    Exception refusal =
        assertThrows(RejectedExecutionException.class, () -> few.arm(1, MILLISECONDS, 2));
    assertEquals("at most maxPending timers at once: 2", refusal.getMessage());
    assertThrows(RejectedExecutionException.class, () -> limited.arm(1, HOURS, NOTHING));
    assertEquals(2, events.named("rejected").size());
    assertTrue(few.cancel(first));
    few.arm(1, MILLISECONDS, 3);
    advanceMillis(10);
    assertEquals(List.of("3 at 1"), fired);
    few.arm(1, MILLISECONDS, 4);
    assertArrayEquals(new long[] {4}, few.shutdownNow());
    limited.arm(1, HOURS, NOTHING);
  }

  @Test
  void arguments_null_areRefusedByName() {
    assertNull("handler", () -> timers.longTimers(null));
    assertNull("options", () -> timers.longTimers(_ -> {}, null));
    assertNull("unit", () -> numbers.arm(1, null, 1));
    assertNull("unit", () -> numbers.rearm(1, 1, null));
  }

  private static void assertNull(String name, org.junit.jupiter.api.function.Executable call) {
    assertEquals(name, assertThrows(NullPointerException.class, call).getMessage());
  }

  // Failures and executors.

  @Test
  void handler_thatThrows_isReportedWithATaskThatTellsThePayload() {
    LongConsumer throwing =
        payload -> {
          throw new IllegalStateException("failed on " + payload);
        };
    LongTimers failing = timers.longTimers(throwing, TimerOptions.tagged("connection"));
    failing.arm(1, MILLISECONDS, 8);
    failing.arm(1, MILLISECONDS, 9);
    numbers.arm(1, MILLISECONDS, 1);
    advanceMillis(10);
    assertEquals(List.of("1 at 1"), fired);
    List<String> seen = new ArrayList<>();
    for (Failures.Failure failure : failures.all()) {
      LongTimers.Task task = (LongTimers.Task) failure.task();
      assertSame(throwing, task.handler());
      seen.add(task + ": " + failure.error().getMessage());
      assertEquals("failed on " + task.payload(), failure.error().getMessage());
    }
    assertEquals(
        Set.of("connection 8: failed on 8", "connection 9: failed on 9"), Set.copyOf(seen));
  }

  @Test
  void fire_withExecutor_handsOverATaskForEachPayload() {
    TimerService onQueue = open(TimerService.builder().executor(queue));
    LongTimers queued = onQueue.longTimers(this::fired);
    long first = queued.arm(1, MILLISECONDS, 1);
    queued.arm(1, MILLISECONDS, 2);
    advanceMillis(5);
    assertEquals(2, queue.size());
    assertEquals(0, queued.pending(), "a timer without a handle has fired when it was taken");
    assertFalse(queued.cancel(first));
    queue.runAll();
    assertEquals(List.of("1 at 5", "2 at 5"), fired.stream().sorted().toList());
  }

  @Test
  void fire_executorRefuses_reportsThePayload() {
    TimerService refusing =
        open(
            TimerService.builder()
                .recordStats()
                .executor(
                    task -> {
                      throw new RejectedExecutionException("no: " + task);
                    }));
    refusing.longTimers(this::fired).arm(1, MILLISECONDS, 42);
    advanceMillis(5);
    assertEquals(42, ((LongTimers.Task) failures.one().task()).payload());
    assertEquals("no: timer task payload 42", failures.one().error().getMessage());
    assertEquals(1, refusing.stats().rejected());
    assertEquals(List.of(), fired);
  }

  // Shutdown.

  @Test
  void shutdownNow_ofTheView_returnsThePayloadsAndLeavesTheServiceRunning() {
    LongTimers others = timers.longTimers(this::fired);
    others.arm(1, MILLISECONDS, 7);
    for (int i = 0; i < 5000; i++) {
      numbers.arm(1 + i, MILLISECONDS, i);
    }
    numbers.cancel(numbers.arm(1, HOURS, -1));
    long[] left = numbers.shutdownNow();
    Arrays.sort(left);
    for (int i = 0; i < 5000; i++) {
      assertEquals(i, left[i]);
    }
    assertEquals(5000, left.length);
    assertTrue(numbers.isShutdown());
    assertFalse(others.isShutdown());
    assertEquals(0, numbers.pending());
    assertArrayEquals(new long[0], numbers.shutdownNow());
    Exception refusal =
        assertThrows(RejectedExecutionException.class, () -> numbers.arm(1, MILLISECONDS, 1));
    assertEquals("these LongTimers have been shut down", refusal.getMessage());
    advanceMillis(10);
    assertEquals(List.of("7 at 1"), fired);
    assertEquals(0, timers.pending());
  }

  @Test
  void shutdownNow_ofTheService_returnsATaskForEachPayload() {
    numbers.arm(1, HOURS, 1);
    numbers.arm(2, HOURS, 2);
    timers.arm(3, HOURS, NOTHING);
    List<Runnable> left = new ArrayList<>(timers.shutdownNow());
    assertTrue(left.remove(NOTHING));
    List<Long> payloads = new ArrayList<>();
    for (Runnable task : left) {
      payloads.add(((LongTimers.Task) task).payload());
      assertSame(handler, ((LongTimers.Task) task).handler());
      task.run();
    }
    assertEquals(Set.of(1L, 2L), Set.copyOf(payloads));
    assertEquals(List.of("1 at 0", "2 at 0"), fired.stream().sorted().toList());
    assertTrue(numbers.isShutdown());
    assertArrayEquals(new long[0], numbers.shutdownNow());
    assertThrows(RejectedExecutionException.class, () -> numbers.arm(1, HOURS, 1));
    assertThrows(
        RejectedExecutionException.class, () -> timers.longTimers(_ -> {}).arm(1, HOURS, 1));
  }

  @Test
  void close_withTimersPending_tellsTheListenerOfEach() {
    TimerService heard = open(TimerService.builder().listener(events).recordStats());
    LongTimers ended = heard.longTimers(this::fired);
    long first = ended.arm(1, HOURS, 1);
    ended.shutdownNow();
    long second = heard.longTimers(this::fired).arm(1, HOURS, 2);
    heard.close();
    assertEquals(
        List.of(first, second), events.named("handedBack").stream().map(e -> e.id()).toList());
    assertEquals(2, heard.stats().handedBack());
    assertEquals(0, heard.stats().cancelled());
    assertEquals(0, heard.pending());
  }

  /** The wheels go to the next view, which must not know the ids of the first. */
  @Test
  void longTimers_afterTheShutdownOfOthers_giveNewIds() {
    Set<Long> everGiven = new HashSet<>();
    for (int round = 0; round < 200; round++) {
      LongTimers next = timers.longTimers(this::fired);
      for (long id : everGiven) {
        assertFalse(next.cancel(id));
      }
      assertTrue(everGiven.add(next.arm(1, HOURS, round)));
      assertTrue(everGiven.add(next.arm(2, HOURS, round)));
      assertArrayEquals(new long[] {round, round}, next.shutdownNow());
    }
    assertEquals(0, timers.pending());
  }

  // What can be seen from outside.

  @Test
  void listener_isToldOfEachEventByTheId() {
    TimerService heard = open(TimerService.builder().listener(events));
    LongTimers told = heard.longTimers(this::fired);
    long fires = told.arm(5, MILLISECONDS, 1);
    told.rearm(fires, 7, MILLISECONDS);
    long cancelled = told.arm(5, MILLISECONDS, 2);
    told.cancel(cancelled);
    advanceMillis(10);
    assertEquals(
        List.of("scheduled", "rescheduled", "scheduled", "cancelled", "fired", "ran"),
        events.names());
    assertEquals(
        List.of(fires, fires, cancelled, cancelled, fires, fires),
        events.all().stream().map(EventLog.Event::id).toList());
  }

  @Test
  void stats_ofTimersInEachState_countThemAsThoseOfTheService() {
    TimerService recorded = open(TimerService.builder().recordStats());
    LongTimers counted = recorded.longTimers(_ -> {});
    counted.arm(1, MILLISECONDS, 1);
    counted.arm(1, MILLISECONDS, 2);
    counted.cancel(counted.arm(1, MILLISECONDS, 3));
    counted.rearm(counted.arm(1, HOURS, 4), 2, HOURS);
    advanceMillis(5);
    TimerStats stats = recorded.stats();
    assertEquals(4, stats.scheduled());
    assertEquals(2, stats.fired());
    assertEquals(2, stats.runs());
    assertEquals(1, stats.cancelled());
    assertEquals(1, stats.rescheduled());
    assertEquals(1, stats.pending());
    assertEquals(1, stats.pendingByLevel().stream().mapToLong(Long::longValue).sum());
    assertEquals(2, stats.latenessNanos().count());
    counted.shutdownNow();
    assertEquals(1, recorded.stats().handedBack());
    assertEquals(4, recorded.stats().scheduled());
  }

  @Test
  void dump_countsByTag() {
    LongTimers tagged = timers.longTimers(_ -> {}, TimerOptions.tagged("idle"));
    for (int i = 0; i < 2500; i++) {
      tagged.arm(1, HOURS, i);
      numbers.arm(1, DAYS, i);
    }
    timers.arm(1, HOURS, NOTHING);
    TimerDump dump = timers.dump();
    assertEquals(5001, dump.pending());
    assertEquals(Map.of("idle", 2500L), dump.byTag());
    assertEquals(2, dump.byDeadline().size());
    assertTrue(tagged.toString().endsWith("[idle, Running, pending timers = 2500]"));
    tagged.shutdownNow();
    assertTrue(tagged.toString().endsWith("[idle, Shut down, pending timers = 0]"));
    assertTrue(numbers.toString().endsWith("[Running, pending timers = 2500]"));
  }

  @Test
  void slowest_namesTheTagOrTheHandler() {
    TaskTimeClock taskTime = new TaskTimeClock(clock);
    try (TimerService recorded = TimerService.builder().clock(taskTime).recordStats().build()) {
      recorded
          .longTimers(_ -> taskTime.spend(TEN), TimerOptions.tagged("idle"))
          .arm(1, MILLISECONDS, 1);
      recorded.longTimers(new SlowHandler(taskTime)).arm(2, MILLISECONDS, 2);
      clock.advance(Duration.ofSeconds(1));
      assertEquals(
          List.of(SlowHandler.class.getName(), "idle"),
          recorded.stats().slowest().stream().map(SlowRun::task).toList());
    }
  }

  private record SlowHandler(TaskTimeClock clock) implements java.util.function.LongConsumer {
    @Override
    public void accept(long payload) {
      clock.spend(TEN.multipliedBy(2));
    }
  }

  @Test
  void overdue_whileTheDriverIsHeld_isThatOfTheEarliestTimer() {
    TaskTimeClock taskTime = new TaskTimeClock(clock);
    List<Duration> seen = new ArrayList<>();
    try (TimerService late = TimerService.builder().clock(taskTime).build()) {
      late.longTimers(this::fired).arm(11, MILLISECONDS, 1);
      late.arm(
          1,
          MILLISECONDS,
          () -> {
            taskTime.spend(Duration.ofMillis(50));
            seen.add(late.overdue());
          });
      advanceMillis(1);
    }
    assertEquals(List.of(Duration.ofMillis(40)), seen);
  }

  // Memory.

  @Test
  void memory_ofAPeak_isFreedAfterASecond() {
    List<Long> ids = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      ids.add(numbers.arm(1 + i, HOURS, i));
    }
    ids.forEach(numbers::cancel);
    assertTrue(Internals.isTrimmable(timers));
    clock.advance(Duration.ofSeconds(1));
    assertFalse(Internals.isTrimmable(timers));
  }

  /** A driver that runs the handlers allocates an array for each batch, and nothing else. */
  @Test
  void armAndFire_onTheDriver_allocateNothingForATimer() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    FirstUse.ManualClock handClock = new FirstUse.ManualClock();
    PolledTimerService service = TimerService.builder().clock(handClock).buildPolled();
    long[] sum = new long[1];
    LongTimers quick = service.longTimers(payload -> sum[0] += payload);
    int count = 20_000;
    long allocated = 0;
    for (int round = 0; round < 3; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < count; i++) {
        quick.arm(1, MILLISECONDS, 1);
      }
      handClock.nanos = (round + 1L) * 1_000_000;
      assertEquals(count, service.poll(Integer.MAX_VALUE));
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    }
    assertEquals(3L * count, sum[0]);
    assertTrue(allocated < 6L * count, allocated + " bytes for " + count + " timers");
    service.close();
  }

  @Test
  void slack_ofTheOptions_bringsTimersTogetherAndStaysWithThem() {
    TimerOptions options = TimerOptions.builder().slack(Duration.ofMillis(20)).build();
    List<Long> at = new ArrayList<>();
    LongTimers idle = timers.longTimers(_ -> at.add(clock.nanoTime() / 1_000_000), options);
    idle.arm(5, MILLISECONDS, 1);
    idle.arm(9, MILLISECONDS, 2);
    long id = idle.arm(1, HOURS, 3);
    idle.rearm(id, 13, MILLISECONDS);
    advanceMillis(100);
    assertEquals(List.of(16L, 16L, 32L), at);
  }

  @Test
  void group_ofTheOptions_isRefused() {
    TimerOptions options = TimerOptions.inGroup(new TimerGroup("connection 7"));
    assertEquals(
        "a timer without a handle must not have a group: connection 7[open, pending = 0]",
        assertThrows(IllegalArgumentException.class, () -> timers.longTimers(_ -> {}, options))
            .getMessage());
  }
}
