package io.tourbillon.timer.internal.store;

/**
 * A timer as the table has it.
 *
 * @param writtenMicros when a user wrote it, by the database's clock, in microseconds since 1970
 */
public record Stored(Row row, long writtenMicros) {
  /** When it could have fired first: it was due, and it was in the table. */
  public long couldFireMicros() {
    return Math.max(row.dueMicros(), writtenMicros);
  }
}
