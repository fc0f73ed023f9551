package io.tourbillon.timer.internal.store;

/** A change of one timer. */
public sealed interface Change {
  TimerKey key();

  /** How many bytes of payload the change holds. */
  default int bytes() {
    return 0;
  }

  /**
   * Writes a timer; replaces what is there under its key, and what is dead.
   *
   * @param noticed whether the owner of the shard is told of it in the same transaction
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares these.
  record Put(Row row, byte[] payload, boolean noticed) implements Change {
    @Override
    public TimerKey key() {
      return row.key();
    }

    @Override
    public int bytes() {
      return payload.length;
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
   * for another attempt, or as dead. Can be repeated if nobody knows whether it was committed.
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

  /**
   * Hands a timer to another shard, and tells the owner of that, unless it was replaced or its
   * present shard has another owner.
   *
   * @param next the same timer with its next shard and a new version
   */
  record Move(Row row, long epoch, Row next) implements Change {
    @Override
    public TimerKey key() {
      return row.key();
    }
  }
}
