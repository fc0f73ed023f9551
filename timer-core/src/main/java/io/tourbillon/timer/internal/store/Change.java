package io.tourbillon.timer.internal.store;

/** A change of one timer. */
public sealed interface Change {
  TimerKey key();

  /** Writes a timer; replaces what is there under its key, and what is dead. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
  record Put(Row row, byte[] payload) implements Change {
    @Override
    public TimerKey key() {
      return row.key();
    }
  }

  /** Removes a timer, whatever its version. */
  record Cancel(TimerKey key) implements Change {}

  /** Removes a timer that has fired, unless it was replaced or its shard has another owner. */
  record End(Row row, long epoch) implements Change {
    @Override
    public TimerKey key() {
      return row.key();
    }
  }

  /**
   * Keeps a timer whose handler has failed, unless it was replaced or its shard has another owner:
   * for another attempt, or as dead.
   *
   * @param next the same timer with the next due time and a new version
   * @param attempts how many there were
   * @param error the last failure, as text
   */
  record Failed(Row row, long epoch, Row next, int attempts, boolean dead, String error)
      implements Change {
    @Override
    public TimerKey key() {
      return row.key();
    }
  }
}
