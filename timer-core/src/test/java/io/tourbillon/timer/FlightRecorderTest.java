package io.tourbillon.timer;

import static io.tourbillon.timer.NoTask.NOTHING;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.timer.internal.observe.FlightRecorder;
import io.tourbillon.timer.internal.observe.LateTimerEvent;
import io.tourbillon.timer.internal.observe.PauseEvent;
import io.tourbillon.timer.internal.observe.SlowTaskEvent;
import io.tourbillon.timer.internal.observe.StallEvent;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.SettingDescriptor;
import jdk.jfr.consumer.RecordedEvent;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a flight recording shows of a service that does not record statistics. */
class FlightRecorderTest {
  private static final Duration TEN = Duration.ofMillis(10);

  private final VirtualClock clock = new VirtualClock(-7_000_000);
  private final TaskTimeClock taskTime = new TaskTimeClock(clock);
  private final TimerService timers = builder().build();

  private TimerService.Builder builder() {
    return TimerService.builder().clock(taskTime);
  }

  @AfterEach
  void close() {
    timers.close();
  }

  private Runnable spending(long millis) {
    return () -> taskTime.spend(Duration.ofMillis(millis));
  }

  private static List<Long> millis(List<RecordedEvent> events, String field) {
    return events.stream().map(event -> event.getDuration(field).toMillis()).toList();
  }

  @Test
  void slowTask_recorded_tellsTaskTimerAndTimes() {
    try (FlightRecording recording = FlightRecording.of("tourbillon.SlowTask")) {
      List<Long> ids = new ArrayList<>();
      timers.schedule(TEN, spending(4), TimerOptions.tagged("first"));
      ids.add(timers.arm(11, MILLISECONDS, spending(5)));
      clock.advance(Duration.ofMillis(11));
      List<RecordedEvent> events = recording.stop();
      assertEquals(
          List.of("first", FlightRecorderTest.class.getName() + "$$Lambda"),
          events.stream().map(event -> event.getString("task")).toList());
      assertEquals(ids.getFirst(), events.get(1).getLong("timerId"));
      assertEquals(List.of(4L, 5L), millis(events, "runTime"));
      assertTrue(events.getFirst().getDuration().isPositive());
      assertNotNull(events.getFirst().getThread(), "the thread that ran it");
    }
  }

  @Test
  void slowTask_behindAnotherOfItsBatch_tellsItsWait() {
    try (FlightRecording recording = FlightRecording.of("tourbillon.SlowTask")) {
      timers.schedule(TEN, spending(4));
      timers.schedule(TEN, spending(4));
      clock.advance(TEN);
      assertEquals(List.of(0L, 4L), millis(recording.stop(), "waitTime"));
    }
  }

  @Test
  void slowTask_onAnExecutor_tellsItsWaitInTheQueue() {
    QueueingExecutor queue = new QueueingExecutor();
    try (FlightRecording recording = FlightRecording.of("tourbillon.SlowTask");
        TimerService pooled = builder().executor(queue).build()) {
      pooled.schedule(TEN, NOTHING);
      clock.advance(Duration.ofMillis(40));
      queue.runAll();
      assertEquals(30, recording.one().getDuration("waitTime").toMillis());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void slowTask_inALargeBatch_isNoSample(boolean recordStats) {
    try (FlightRecording recording = FlightRecording.of("tourbillon.SlowTask");
        TimerService large = builder().recordStats(recordStats).build()) {
      for (int i = 0; i < 100; i++) {
        large.schedule(TEN, NOTHING);
      }
      clock.advance(TEN);
      assertEquals(100, recording.stop().size());
      assertEquals(recordStats ? 100 : 0, large.stats().runNanos().count());
    }
  }

  @Test
  void slowTask_runsMadeUpFor_areEachATask() {
    TimerOptions burst = TimerOptions.builder().tag("beat").missedTick(MissedTick.BURST).build();
    try (FlightRecording recording = FlightRecording.of("tourbillon.SlowTask")) {
      timers.scheduleAtFixedRate(TEN, TEN, spending(1), burst);
      clock.jump(Duration.ofMillis(35));
      List<RecordedEvent> events = recording.stop();
      assertEquals(List.of(1L, 1L, 1L), millis(events, "runTime"));
      assertEquals("beat", events.getLast().getString("task"));
    }
  }

  @Test
  void slowTask_withoutSettings_hasAThresholdOfTenMillis() {
    EventType type = EventType.getEventType(SlowTaskEvent.class);
    Map<String, String> defaults =
        type.getSettingDescriptors().stream()
            .collect(
                Collectors.toMap(SettingDescriptor::getName, SettingDescriptor::getDefaultValue));
    assertEquals("10 ms", defaults.get("threshold"));
  }

  @Test
  void lateTimer_lateOnesOfATick_areOneEventWithTheLatestAndACount() {
    timers.schedule(TEN, spending(25));
    timers.arm(11, MILLISECONDS, NOTHING);
    timers.arm(11, MILLISECONDS, NOTHING);
    timers.arm(11, MILLISECONDS, NOTHING);
    // On time, or not late enough.
    timers.arm(25, MILLISECONDS, NOTHING);
    timers.arm(34, MILLISECONDS, NOTHING);
    try (FlightRecording recording = FlightRecording.of("tourbillon.LateTimer")) {
      clock.advance(TEN);
      RecordedEvent event = recording.one();
      assertNotEquals(0, event.getLong("timerId"));
      assertEquals(24, event.getDuration("lateness").toMillis());
      assertEquals(3, event.getInt("lateTimers"));
    }
  }

  @Test
  void lateTimer_massOfLateOnes_isOneEventABatch() {
    timers.schedule(TEN, spending(100));
    for (int i = 0; i < 1000; i++) {
      timers.arm(20, MILLISECONDS, NOTHING);
    }
    try (FlightRecording recording = FlightRecording.of("tourbillon.LateTimer")) {
      clock.advance(TEN);
      List<RecordedEvent> events = recording.stop();
      assertEquals(4, events.size());
      assertEquals(1000, events.stream().mapToInt(event -> event.getInt("lateTimers")).sum());
    }
  }

  @Test
  void lateTimer_armedForATimeLongPast_isFoundBehindOthers() {
    timers.arm(50, MILLISECONDS, NOTHING);
    clock.advance(Duration.ofMillis(50));
    try (FlightRecording recording = FlightRecording.of("tourbillon.LateTimer")) {
      timers.arm(1, MILLISECONDS, NOTHING);
      long late = timers.armAt(taskTime.nanoTime() - 45_000_000, NOTHING);
      clock.advance(Duration.ofMillis(1));
      RecordedEvent event = recording.one();
      assertEquals(late, event.getLong("timerId"));
      assertEquals(1, event.getInt("lateTimers"));
    }
  }

  @Test
  void pause_ofTheDriver_tellsHowLateItWas() {
    timers.schedule(TEN, NOTHING);
    try (FlightRecording recording = FlightRecording.of("tourbillon.Pause")) {
      clock.jump(Duration.ofMillis(310));
      assertEquals(300, recording.one().getDuration("lateBy").toMillis());
    }
  }

  @Test
  @RealTime
  @Timeout(60)
  void stall_ofTheDriver_tellsWhoHowLongAndWhere() throws InterruptedException {
    CountDownLatch reported = new CountDownLatch(1);
    TimerListener listener =
        new TimerListener() {
          @Override
          public void stalled(StallReport report) {
            reported.countDown();
          }
        };
    Duration bound = Duration.ofMillis(50);
    try (FlightRecording recording = FlightRecording.of("tourbillon.Stall");
        TimerService watched =
            TimerService.builder()
                .threadFactory(body -> Thread.ofPlatform().daemon().name("held").unstarted(body))
                .watchdog(bound)
                .listener(listener)
                .build()) {
      watched.schedule(Duration.ZERO, () -> awaitInStuckTask(reported));
      assertTrue(reported.await(20, SECONDS));
      RecordedEvent event = recording.one();
      assertEquals("held", event.getString("driver"));
      assertTrue(event.getDuration("heldFor").compareTo(bound) >= 0, event.toString());
      assertTrue(event.getString("driverStack").contains("awaitInStuckTask"), event.toString());
    }
  }

  private static void awaitInStuckTask(CountDownLatch reported) {
    try {
      assertTrue(reported.await(30, SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void events_notRecorded_areNone() {
    try (FlightRecording recording = FlightRecording.ofOthers()) {
      timers.schedule(TEN, spending(25));
      timers.arm(11, MILLISECONDS, NOTHING);
      clock.advance(TEN);
      timers.schedule(TEN, NOTHING);
      clock.jump(Duration.ofSeconds(1));
      assertFalse(FlightRecorder.takesSlowTasks());
      assertFalse(FlightRecorder.takesLateTimers());
      assertFalse(FlightRecorder.takesPauses());
      assertFalse(FlightRecorder.takesStalls());
      assertEquals(List.of(), recording.stop());
    }
  }

  @Test
  void events_notRecorded_readTheClockForNoTask() {
    try (FlightRecording recording = FlightRecording.ofOthers()) {
      assertEquals(readingsToFire(1), readingsToFire(100));
      assertEquals(List.of(), recording.stop());
    }
  }

  private int readingsToFire(int tasks) {
    CountingClock counting = new CountingClock(clock);
    try (TimerService plain = TimerService.builder().clock(counting).build()) {
      for (int i = 0; i < tasks; i++) {
        plain.schedule(TEN, NOTHING);
      }
      clock.advance(Duration.ZERO);
      int before = counting.readings.get();
      clock.advance(TEN);
      assertEquals(0, plain.pending());
      return counting.readings.get() - before;
    }
  }

  @Test
  @Timeout(60)
  void events_inARuntimeWithoutTheRecorder_areNotMissed(@TempDir Path folder) throws Exception {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--limit-modules",
                "java.base",
                "-cp",
                String.join(
                    File.pathSeparator,
                    folderOf(TimerService.class),
                    folderOf(SmallRuntimeRun.class),
                    folderOf(Histogram.class)),
                SmallRuntimeRun.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    assertEquals(
        List.of("runs: 1, pauses: 1, stalls: 1"),
        Files.readAllLines(output, StandardCharsets.UTF_8));
  }

  private static String folderOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  static Stream<Class<? extends Event>> kinds() {
    return Stream.of(SlowTaskEvent.class, StallEvent.class, PauseEvent.class, LateTimerEvent.class);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void events_ofEveryKind_sayWhatTheyAre(Class<? extends Event> kind) {
    EventType type = EventType.getEventType(kind);
    assertTrue(FlightRecording.NAMES.contains(type.getName()));
    assertEquals(List.of("Tourbillon"), type.getCategoryNames());
    assertNotNull(type.getLabel());
    assertNotNull(type.getDescription());
    type.getFields().stream()
        .filter(field -> !List.of("startTime", "duration", "eventThread").contains(field.getName()))
        .forEach(
            field -> {
              assertNotNull(field.getLabel(), field.getName());
              assertNotNull(field.getDescription(), field.getName());
            });
  }
}
