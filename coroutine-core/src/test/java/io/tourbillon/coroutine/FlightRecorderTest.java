package io.tourbillon.coroutine;

import static io.tourbillon.coroutine.TestSchedulers.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecorderTest {
  private static final List<String> NAMES =
      List.of("tourbillon.SlowTurn", "tourbillon.LoopStall", "tourbillon.LateDelay");

  @TempDir private Path folder;

  /** A coroutine holds the only loop until long after the delay of another is over. */
  private static void holdALoop() throws Exception {
    CoroutineScheduler scheduler =
        TestSchedulers.builder()
            .loops(1)
            .watchdog(Duration.ofMillis(1))
            .stallHandler(stall -> {})
            .build();
    try {
      long startNanos = System.nanoTime();
      Coroutine<?> late = scheduler.spawn(() -> Coroutines.delay(Duration.ofMillis(100)));
      while (late.state() != Coroutine.State.SUSPENDED) {
        assertFalse(late.state().isEnd(), "a pause of the machine has come between");
        Thread.onSpinWait();
      }
      Coroutine<?> hog =
          scheduler.spawn(
              SpawnOptions.named("hog"),
              () -> {
                while (System.nanoTime() - startNanos < 150_000_000
                    || scheduler.stats().stalls() == 0) {
                  Thread.onSpinWait();
                }
              });
      hog.join(PATIENCE);
      late.join(PATIENCE);
    } finally {
      scheduler.close();
    }
  }

  /** The first recording of a JVM makes event classes come, which takes a moment. */
  private static void awaitEventClasses() {
    long startNanos = System.nanoTime();
    while (!FlightRecorder.isReady()) {
      Thread.onSpinWait();
      assertTrue(System.nanoTime() - startNanos < 60_000_000_000L);
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
    RecordedEvent event = recorded("tourbillon.SlowTurn").getFirst();
    assertEquals("coroutine-loop-0", event.getString("loop"));
    assertEquals("hog", event.getString("coroutine"));
    assertEquals(1, event.getInt("turns"));
    assertTrue(
        event.getDuration("turnTime").compareTo(Duration.ofMillis(20)) >= 0, event::toString);
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
