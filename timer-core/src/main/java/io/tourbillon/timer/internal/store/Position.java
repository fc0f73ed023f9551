package io.tourbillon.timer.internal.store;

/**
 * A place in the order in which the timers of a shard are read: by due time, handler and key. So
 * pages also end among timers that are all due at once.
 */
public record Position(long dueMicros, String handler, String key) {
  /** The place before all timers that are due at a time or later. */
  public static Position before(long dueMicros) {
    return new Position(dueMicros, "", "");
  }

  /** The place of a timer. */
  public static Position of(Row row) {
    return new Position(row.dueMicros(), row.key().handler(), row.key().key());
  }
}
