package io.tourbillon.timer;

import java.util.ArrayList;
import java.util.List;

/**
 * A task that records when it runs. Runs on the driver; the test reads it while the driver rests.
 */
final class RunTimes implements Runnable {
  private final Clock clock;
  private final List<Long> nanos = new ArrayList<>();

  RunTimes(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void run() {
    nanos.add(clock.nanoTime());
  }

  int count() {
    return nanos.size();
  }

  List<Long> nanos() {
    return List.copyOf(nanos);
  }

  /** The times in milliseconds, rounded down. */
  List<Long> millis() {
    return nanos.stream().map(time -> Math.floorDiv(time, 1_000_000)).toList();
  }

  void clear() {
    nanos.clear();
  }
}
