package io.tourbillon.coroutine;

import io.tourbillon.coroutine.LoopCounts.Count;

/** A request that a coroutine as a whole should end. No record, as it is compared by identity. */
final class Cancellation implements Signal {
  private final Count count;
  private final String source;
  private final String reason;

  /** When it was made. */
  final long elapsedNanos;

  /**
   * @param count as what the end of the coroutine is counted
   */
  Cancellation(Count count, String source, String reason, long elapsedNanos) {
    this.count = count;
    this.source = source;
    this.reason = reason;
    this.elapsedNanos = elapsedNanos;
  }

  Count count() {
    return count;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public String reason() {
    return reason;
  }
}
