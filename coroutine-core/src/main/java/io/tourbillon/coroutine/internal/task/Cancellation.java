package io.tourbillon.coroutine.internal.task;

import io.tourbillon.coroutine.internal.observe.LoopCounts.Count;

/** A request that a coroutine as a whole should end. No record, as it is compared by identity. */
final class Cancellation implements CancelScope.Signal {
  private final Count count;
  private final String source;
  private final Object reason;

  /** When it was made. */
  final long elapsedNanos;

  /**
   * @param count as what the end of the coroutine is counted
   * @param reason is put into words when somebody asks
   */
  Cancellation(Count count, String source, Object reason, long elapsedNanos) {
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
    return reason.toString();
  }
}
