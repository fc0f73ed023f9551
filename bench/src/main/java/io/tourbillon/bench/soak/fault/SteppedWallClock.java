package io.tourbillon.bench.soak.fault;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;

/** The wall clock of the system, which somebody sets at random. Thread-safe. */
final class SteppedWallClock implements InstantSource {
  /**
   * Whoever has read the clock acts on it within this time, except while the process is stopped.
   */
  private static final Duration MEMORY = Duration.ofSeconds(5);

  /** How far it was off, until when by the system's clock. */
  private record Past(Duration offset, Instant until) {}

  /** Guarded by this. */
  private Duration offset = Duration.ZERO;

  /** Guarded by this, the latest last. */
  private final Deque<Past> past = new ArrayDeque<>();

  @Override
  public synchronized Instant instant() {
    return Instant.now().plus(offset);
  }

  synchronized void step(Duration step) {
    stepTo(offset.plus(step));
  }

  synchronized void stepTo(Duration newOffset) {
    Instant now = Instant.now();
    past.add(new Past(offset, now));
    while (past.getFirst().until.isBefore(now.minus(MEMORY))) {
      past.removeFirst();
    }
    offset = newOffset;
  }

  /**
   * Returns the latest time that it has shown in the last seconds: a timer fires by what the clock
   * showed, and it may have been set back since.
   */
  synchronized Instant latestShown() {
    Instant latest = instant();
    for (Past each : past) {
      Instant shown = each.until.plus(each.offset);
      if (shown.isAfter(latest)) {
        latest = shown;
      }
    }
    return latest;
  }
}
