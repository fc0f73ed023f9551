package io.tourbillon.timer.internal.store;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Times as the tables have them: microseconds since 1970. */
public final class Micros {
  private static final long LAST_SECOND = 253_402_300_799L;

  private Micros() {}

  /**
   * Rounds up, so that the timer is not early.
   *
   * @throws IllegalArgumentException if the time is not from 1970 to 9999
   */
  public static long of(Instant due) {
    if (due.isBefore(Instant.EPOCH) || due.getEpochSecond() > LAST_SECOND) {
      throw new IllegalArgumentException("due must be from 1970 to 9999: " + due);
    }
    Instant micros = due.truncatedTo(ChronoUnit.MICROS);
    long whole = ChronoUnit.MICROS.between(Instant.EPOCH, micros);
    return micros.equals(due) ? whole : whole + 1;
  }

  public static Instant toInstant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }
}
