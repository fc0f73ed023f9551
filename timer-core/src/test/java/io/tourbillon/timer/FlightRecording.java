package io.tourbillon.timer;

import io.tourbillon.timer.internal.observe.FlightRecorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording of our events of one kind, or of none. */
final class FlightRecording implements AutoCloseable {
  static final List<String> NAMES =
      List.of(
          "tourbillon.SlowTask", "tourbillon.Stall", "tourbillon.Pause", "tourbillon.LateTimer");

  private final Recording recording = new Recording();

  private FlightRecording(String enabled) {
    NAMES.forEach(recording::disable);
    if (NAMES.contains(enabled)) {
      recording.enable(enabled).withoutThreshold();
    }
    recording.start();
    awaitReady();
  }

  /** The first recording of a JVM starts the loading of event classes, which takes a moment. */
  private static void awaitReady() {
    long startNanos = System.nanoTime();
    while (!FlightRecorder.isReady()) {
      Thread.onSpinWait();
      if (System.nanoTime() - startNanos > 60_000_000_000L) {
        throw new AssertionError("the event classes were not loaded within a minute");
      }
    }
  }

  /** Records events of one kind, whatever their duration. */
  static FlightRecording of(String name) {
    return new FlightRecording(name);
  }

  static FlightRecording ofOthers() {
    return new FlightRecording("");
  }

  /** Ends the recording and returns our events, in order of time. */
  List<RecordedEvent> stop() {
    recording.stop();
    try {
      Path file = Files.createTempFile("tourbillon", ".jfr");
      try {
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
            .filter(event -> NAMES.contains(event.getEventType().getName()))
            .sorted(Comparator.comparing(RecordedEvent::getStartTime))
            .toList();
      } finally {
        Files.delete(file);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  RecordedEvent one() {
    List<RecordedEvent> events = stop();
    if (events.size() != 1) {
      throw new AssertionError("not one event: " + events);
    }
    return events.getFirst();
  }

  @Override
  public void close() {
    recording.close();
  }
}
