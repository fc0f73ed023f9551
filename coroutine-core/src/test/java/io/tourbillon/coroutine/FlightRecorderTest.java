package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.Holding.holdFor;
import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tourbillon.coroutine.internal.observe.FlightRecorder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("not-plain-thread") // It has no turns.
class FlightRecorderTest {
  private static final Duration HELD = Duration.ofMillis(150);
  private static final List<String> NAMES =
      List.of("tourbillon.SlowTurn", "tourbillon.LoopStall", "tourbillon.LateDelay");

  @TempDir private Path folder;

  /** A coroutine blocks the only loop until long after another coroutine's delay is over. */
  private static void holdALoop() throws Exception {
    AtomicBoolean isHogSeen = new AtomicBoolean();
    CoroutineScheduler scheduler =
        TestSchedulers.builder()
            .loops(1)
            .watchdog(Duration.ofMillis(1))
            .stallHandler(
                stall ->
                    isHogSeen.compareAndSet(false, stall.coroutine().equals(Optional.of("hog"))))
            .build();
    try {
      Coroutine<Coroutine<?>> hog =
          scheduler.spawn(
              SpawnOptions.named("hog"),
              () -> {
                Coroutine<?> late = suspendedDelay(scheduler);
                holdFor(HELD);
                while (!isHogSeen.get()) { // Some other turn was seen, shortly before this one.
                  Coroutines.yieldNow();
                  holdFor(HELD);
                }
                return late;
              });
      hog.join(PATIENCE).join(PATIENCE);
    } finally {
      scheduler.close();
    }
  }

  /** The first recording of a JVM starts the loading of event classes, which takes a moment. */
  private static void awaitEventClasses() {
    long startNanos = System.nanoTime();
    while (!FlightRecorder.isReady()) {
      Thread.onSpinWait();
      assertTrue(System.nanoTime() - startNanos < 60_000_000_000L);
    }
  }

  /** A pause of the machine may make a delay end before its suspension is seen. */
  private static Coroutine<?> suspendedDelay(CoroutineScheduler scheduler) {
    while (true) {
      Coroutine<?> late = scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(100)));
      while (late.state() != Coroutine.State.SUSPENDED && !late.state().isEnd()) {
        Coroutines.yieldNow();
      }
      if (!late.state().isEnd()) {
        return late;
      }
    }
  }

  private List<RecordedEvent> recorded(String name) throws Exception {
    try (Recording recording = new Recording()) {
      NAMES.forEach(recording::disable);
      if (!name.isEmpty()) {
        recording.enable(name);
      }
      recording.start();
      awaitEventClasses();
      holdALoop();
      recording.stop();
      Path file = folder.resolve("recording.jfr");
      recording.dump(file);
      return RecordingFile.readAllEvents(file).stream()
          .filter(event -> NAMES.contains(event.getEventType().getName()))
          .toList();
    }
  }

  @Test
  void slowTurn_namesTheCoroutine() throws Exception {
    RecordedEvent event =
        recorded("tourbillon.SlowTurn").stream()
            .filter(turn -> turn.getDuration("turnTime").compareTo(Duration.ofMillis(150)) >= 0)
            .filter(turn -> "hog".equals(turn.getString("coroutine")))
            .findFirst()
            .orElseThrow();
    assertEquals("coroutine-loop-0", event.getString("loop"));
    assertTrue(event.getInt("turns") >= 1 && event.getInt("turns") <= 16, event::toString);
  }

  @Test
  void loopStall_showsTheStack() throws Exception {
    RecordedEvent event =
        recorded("tourbillon.LoopStall").stream()
            .filter(stall -> "hog".equals(stall.getString("coroutine")))
            .findFirst()
            .orElseThrow();
    assertEquals("coroutine-loop-0", event.getString("loop"));
    assertTrue(event.getString("loopStack").contains("holdALoop"), event::toString);
    assertTrue(event.getDuration("heldFor").compareTo(Duration.ofMillis(1)) >= 0, event::toString);
  }

  @Test
  void lateDelay_saysHowLate() throws Exception {
    RecordedEvent event = recorded("tourbillon.LateDelay").getFirst();
    assertEquals("coroutine-loop-0", event.getString("loop"));
    assertEquals(1, event.getInt("delays"));
    assertTrue(event.getDuration("lateness").compareTo(Duration.ofMillis(10)) > 0, event::toString);
  }

  @Test
  void events_thatAreNotAskedFor_areNotRecorded() throws Exception {
    assertEquals(List.of(), recorded(""));
  }
}
